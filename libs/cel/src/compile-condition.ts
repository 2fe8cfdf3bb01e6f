import { Environment, type ASTNode } from '@marcbachmann/cel-js'

const TEXT_MAX = 4 * 1024 // Far longer than any in the documentation of Flux.
const LOOPS_MAX = 3 // Loops inside of one another.
const STEPS_MAX = 100_000 // Runs of the innermost loop: some milliseconds.
const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** What a condition says of values, or why it says nothing: a field that is not there, for one. */
export type Verdict =
  | { readonly kind: 'answer'; readonly is: boolean }
  | { readonly kind: 'none'; readonly message: string }

/** A condition that can be asked again and again. */
export interface Condition {
  evaluate(values: Readonly<Record<string, unknown>>): Verdict
}

export type Compiled =
  | { readonly kind: 'compiled'; readonly condition: Condition }
  | { readonly kind: 'refused'; readonly message: string }

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  limits: { maxAstNodes: 2_000, maxDepth: 100 },
})

/** Reads an expression; it is refused where it can never say yes or no. */
export function compileCondition(text: string): Compiled {
  if (text.length > TEXT_MAX) return refused(`is longer than ${TEXT_MAX} characters`)
  try {
    const parsed = environment.parse(text)
    const { valid, type = 'dyn', error } = parsed.check()
    if (!valid) return refused(`is no CEL: ${firstLine(error)}`)
    if (type !== 'bool' && type !== 'dyn') return refused(`is a ${type}: it must be true or false`)
    const loops = loopsIn(parsed.ast)
    if (loops > LOOPS_MAX)
      return refused(`has ${loops} loops inside of one another; at most ${LOOPS_MAX} are allowed`)
    return { kind: 'compiled', condition: { evaluate: (values) => ask(parsed, loops, values) } }
  } catch (error) {
    return refused(`is no CEL: ${firstLine(error)}`)
  }
}

function ask(
  parsed: (values: Record<string, unknown>) => unknown,
  loops: number,
  values: Readonly<Record<string, unknown>>,
): Verdict {
  const longest = { length: 1 }
  const given = asCel(values, longest)
  if (loops > 0 && longest.length ** loops > STEPS_MAX)
    return none(`would run its loops more than ${STEPS_MAX} times`)
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A mapping comes of a mapping.
    const answer = parsed(given as Record<string, unknown>)
    if (typeof answer === 'boolean') return { kind: 'answer', is: answer }
    return none('is neither true nor false')
  } catch (error) {
    return none(firstLine(error))
  }
}

/** JSON as CEL has it: whole numbers are of a type of their own. */
function asCel(value: unknown, longest: { length: number }): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  longest.length = Math.max(longest.length, entries.length)
  if (Array.isArray(value)) return value.map((item) => asCel(item, longest))
  return Object.fromEntries(entries.map(([name, item]) => [name, asCel(item, longest)]))
}

/** How deep loops stand inside of one another. */
function loopsIn(node: unknown): number {
  if (Array.isArray(node)) return Math.max(0, ...node.map(loopsIn))
  if (!isNode(node)) return 0
  const below = loopsIn(node.args)
  return isLoop(node) ? below + 1 : below
}

function isLoop({ op, args }: ASTNode): boolean {
  const name: unknown = Array.isArray(args) ? args[0] : undefined
  return op === 'rcall' && typeof name === 'string' && LOOPS.has(name)
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line
}

function refused(message: string): Compiled {
  return { kind: 'refused', message }
}

function none(message: string): Verdict {
  return { kind: 'none', message }
}
