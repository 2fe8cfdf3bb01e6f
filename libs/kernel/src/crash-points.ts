/**
 * Named places at which a process may be killed on purpose, to prove that what follows a crash is right.
 * Outside such a test `at` does nothing. A name is `<what>.<before or after>-<step>`, and is never reused.
 */
export interface CrashPoints {
  at(name: string): void
}

/** No crash anywhere: what every composition root uses unless a test asks otherwise. */
export const noCrashPoints: CrashPoints = { at: () => undefined }
