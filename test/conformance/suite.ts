/**
 * What a suite gives the runner. A file in `suites/` exports one as `suite`; the runner finds it there, nothing is to be
 * registered elsewhere.
 */
export interface Suite {
  /** What `--suite` selects. */
  readonly name: string
  /** The folder of a corpus that holds its cases. A corpus without it is skipped, with a notice. */
  readonly folder: string
  /** The cases of that folder, in a fixed order. It may read files while it is asked for more. */
  readonly cases: (directory: string) => Iterable<Case> | AsyncIterable<Case>
}

export interface Case {
  /** As the corpus names it, unique within its group. */
  readonly id: string
  /** A row of the table: a file, or the field `suite` of a case. */
  readonly group: string
  /** Never throws for what the case is about: that is a check. What it throws fails the case as a crash. */
  readonly run: () => readonly Check[] | Promise<readonly Check[]>
}

/**
 * One comparison, which holds when both texts are equal.
 *
 * | kind | compares | a difference |
 * |---|---|---|
 * | `output` | bytes that upstream printed (level 1) | fails the case |
 * | `error` | whether it is refused (level 1) | fails the case |
 * | `message` | the words of the refusal (level 2) | is counted and shown, but fails nothing |
 */
export interface Check {
  readonly kind: 'output' | 'error' | 'message'
  /** Which of the outputs of a case: `json`, `pretty`. */
  readonly name: string
  readonly expected: string
  readonly actual: string
}

/** How something ended that may refuse its input. */
export type Attempt =
  | { readonly kind: 'done'; readonly value: string }
  | { readonly kind: 'refused'; readonly message: string }

/**
 * Runs `action`; a refusal is turned into its message by `messageOf`, which gives undefined for errors that are no refusal but
 * a mistake of ours: these are thrown on.
 */
export function attempt(
  action: () => string,
  messageOf: (error: unknown) => string | undefined,
): Attempt {
  try {
    return { kind: 'done', value: action() }
  } catch (error) {
    const message = messageOf(error)
    if (message === undefined) throw error
    return { kind: 'refused', message }
  }
}

/** Expects an output, byte for byte. */
export function expectOutput(name: string, expected: string, attempted: Attempt): readonly Check[] {
  if (attempted.kind === 'done')
    return [{ kind: 'output', name, expected, actual: attempted.value }]
  return [{ kind: 'output', name, expected, actual: `refused: ${attempted.message}` }]
}

/** Expects a refusal (level 1) in these words (level 2). */
export function expectError(name: string, expected: string, attempted: Attempt): readonly Check[] {
  if (attempted.kind === 'done') {
    return [
      { kind: 'error', name, expected: 'refused', actual: `accepted: ${attempted.value}` },
      { kind: 'message', name, expected, actual: '' },
    ]
  }
  return [
    { kind: 'error', name, expected: 'refused', actual: 'refused' },
    { kind: 'message', name, expected, actual: attempted.message },
  ]
}

/** Expects whichever of the two a case of the corpus has. */
export function expectEither(
  name: string,
  expected: { readonly output: string | undefined; readonly error: string | undefined },
  attempted: Attempt,
): readonly Check[] {
  if (expected.error !== undefined) return expectError(name, expected.error, attempted)
  return expected.output === undefined ? [] : expectOutput(name, expected.output, attempted)
}
