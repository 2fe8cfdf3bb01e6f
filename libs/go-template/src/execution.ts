import { type Budget } from './budget.ts'
import { type CallContext, type ReadKind, type TemplateRun, type Tracer } from './call-context.ts'
import { FunctionError, LimitError, TemplateError, type TemplatePosition } from './errors.ts'
import { quote } from './fmt/quote.ts'
import { type GeneratedValues } from './generated-values.ts'
import { describeNode } from './parse/describe-node.ts'
import { type AnyNode } from './parse/nodes.ts'
import { type TemplateSet } from './template-set.ts'
import { type Value } from './values.ts'

/** `running` in a rehearsal; in any other render, what rehearses it. */
export type Rehearsal = 'running' | (() => void)

/** What costs so many steps is dear: 20 ms and more. */
const DEAR_STEPS = 20_000

/** What all templates of one render share. */
export interface RenderSession {
  readonly budget: Budget
  readonly generated: GeneratedValues
  readonly rehearsal?: Rehearsal
  readonly setName: string
  readonly includes: Map<string, number>
  readonly tracer?: Tracer
  readonly report?: (kind: ReadKind, name: string) => void
}

/**
 * One template that is being executed: its variables, its output, and the node at which it stands, which
 * is where an error points (`state` of Go's text/template).
 */
export abstract class Execution implements CallContext {
  readonly templates: TemplateSet
  readonly session: RenderSession
  readonly templateName: string
  /** The text in which the template begins, for errors before its first node. */
  readonly #sourceName: string
  output = ''
  /** The declared type of the value that was just evaluated is an interface: errors name it so. */
  isInterface = false
  /** The same of the dot. */
  isDotInterface = false
  protected node: AnyNode | undefined
  readonly #names: string[] = ['$']
  readonly #values: Value[]
  readonly #interfaces: boolean[] = [false]

  constructor(run: TemplateRun, session: RenderSession) {
    this.templates = run.templates
    this.templateName = run.name
    this.#sourceName = run.root.source.name
    this.session = session
    this.#values = [run.data]
  }

  abstract execute(run: TemplateRun): string

  get budget(): Budget {
    return this.session.budget
  }

  get generated(): GeneratedValues {
    return this.session.generated
  }

  get isRehearsal(): boolean {
    return this.session.rehearsal === 'running'
  }

  pay(steps: number): void {
    const { rehearsal } = this.session
    if (steps >= DEAR_STEPS && typeof rehearsal === 'function') rehearsal()
    this.budget.step(steps)
  }

  get setName(): string {
    return this.session.setName
  }

  get includes(): Map<string, number> {
    return this.session.includes
  }

  report(kind: ReadKind, name: string): void {
    this.session.report?.(kind, name)
  }

  /** How many variables there are, to come back to with `pop`. */
  protected mark(): number {
    return this.#names.length
  }

  protected pop(mark: number): void {
    this.#names.length = mark
    this.#values.length = mark
    this.#interfaces.length = mark
  }

  protected push(name: string, value: Value): void {
    this.#names.push(name)
    this.#values.push(value)
    this.#interfaces.push(false)
  }

  protected setVariable(name: string, value: Value): void {
    const at = this.#names.lastIndexOf(name)
    if (at === -1) this.fail(`undefined variable: ${name}`)
    this.#values[at] = value
    this.#interfaces[at] = this.isInterface
  }

  /** Sets the `fromTop`-th variable from the top, 1 being the last. */
  protected setTop(fromTop: number, value: Value): void {
    const at = this.#names.length - fromTop
    this.#values[at] = value
    this.#interfaces[at] = this.isInterface
  }

  protected variable(name: string): Value {
    const at = this.#names.lastIndexOf(name)
    if (at === -1) this.fail(`undefined variable: ${name}`)
    this.isInterface = this.#interfaces[at] ?? false
    return this.#values[at]
  }

  position(): TemplatePosition {
    return this.node === undefined ? { template: this.#sourceName, line: 1 } : positionOf(this.node)
  }

  /** Ends the execution with Go's words: where, in which template, at what, and why. */
  protected fail(problem: string, cause?: unknown): never {
    const { node } = this
    const position = this.position()
    const where = `template: ${position.template}:${position.line}:${position.column ?? 0}`
    const message =
      node === undefined
        ? `template: ${this.templateName}: ${problem}`
        : `${where}: executing ${quote(this.templateName)} at <${describeNode(node)}>: ${problem}`
    throw new TemplateError('execute', message, { position, cause })
  }

  /** A function or a limit ended the call at `node`; what is neither is our own mistake and goes on. */
  protected failCall(name: string, error: unknown, node: AnyNode): never {
    const limit = limitOf(error, this.includes)
    if (limit instanceof LimitError) throw limit.locate(this.position())
    if (!(error instanceof FunctionError) && !(error instanceof TemplateError)) throw error
    this.node = node
    return this.fail(`error calling ${name}: ${error.message}`, error)
  }
}

/** So often may a name stand within itself before it is taken for the reason that the stack ended. */
const SUSPICIOUS_INCLUDES = 50

/** The machine's own bounds, reached before ours: the stack, and the length of a text or a list. Else the error itself. */
export function limitOf(error: unknown, includes: ReadonlyMap<string, number>): unknown {
  if (isEndOfStack(error)) {
    const [name, count = 0] = [...includes].toSorted((left, right) => right[1] - left[1])[0] ?? []
    const reason =
      count > SUSPICIOUS_INCLUDES
        ? `error calling include: rendering template has a nested reference name: ${name}: unable to execute template`
        : 'templates nest deeper than the stack allows'
    return new LimitError('TEMPLATE_DEPTH', reason)
  }
  return error instanceof RangeError &&
    /Invalid (?:string|array) length|out of memory/i.test(error.message)
    ? new LimitError('TEMPLATE_MEMORY', 'a text or a list is longer than the machine allows')
    : error
}

/** A pattern that V8 first compiles where hardly any stack is left is, by its message, a pattern that is wrong. */
function isEndOfStack(error: unknown): boolean {
  if (error instanceof SyntaxError) return error.message.endsWith(': Stack overflow')
  return error instanceof RangeError && error.message.includes('call stack')
}

function positionOf({ source, at }: AnyNode): TemplatePosition {
  const before = source.text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let found = before.indexOf('\n'); found !== -1; found = before.indexOf('\n', found + 1))
    line += 1
  // On the first line Go counts from the start of the text, on later ones from the line feed.
  return { template: source.name, line, column: at - lineStart }
}
