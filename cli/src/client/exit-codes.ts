/** What the command line ends with. `diff`-like commands have their own: 0 equal, 1 different, >1 error. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notReady: 3,
  denied: 4,
  notFound: 5,
  conflict: 6,
  interrupted: 130,
  brokenPipe: 141,
} as const

/** A command cannot go on: what to tell, and how to end. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.exitCode = exitCode
  }
}
