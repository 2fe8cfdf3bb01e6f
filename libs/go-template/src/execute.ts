import { Budget } from './budget.ts'
import { type ReadKind, type TemplateRun, type Tracer } from './call-context.ts'
import { LimitError, TemplateError } from './errors.ts'
import { Evaluation } from './evaluation.ts'
import { type Rehearsal, type RenderSession, limitOf } from './execution.ts'
import { printed } from './fmt/print.ts'
import { quote } from './fmt/quote.ts'
import { type GeneratedValues } from './generated-values.ts'
import { describeNode } from './parse/describe-node.ts'
import { type BranchNode, type ListNode, type Node, type TemplateNode } from './parse/nodes.ts'
import { type TemplateSet } from './template-set.ts'
import { NODE_STEPS } from './price.ts'
import { isTrue } from './truth.ts'
import {
  GoFunctionValue,
  goInt,
  GoBytes,
  GoInteger,
  GoMap,
  type GoObject,
  GoSlice,
  indirect,
  isObject,
  itemsOf,
  type Value,
} from './values.ts'

/** Of a value that is printed. */
const BYTES_PER_STEP = 16

export interface ExecuteOptions {
  readonly budget?: Budget
  readonly generated: GeneratedValues
  readonly rehearsal?: Rehearsal
  /** The name under which `tpl` parses its text; Helm's is `gotpl`. */
  readonly setName?: string
  readonly tracer?: Tracer
  readonly report?: (kind: ReadKind, name: string) => void
}

/**
 * Executes a template of a set over `data` and returns its output, as Go bytes. Throws `TemplateError`
 * with the text of Go 1.26 text/template, or `LimitError` where the budget ended.
 */
export function executeTemplate(
  templates: TemplateSet,
  name: string,
  data: Value,
  options: ExecuteOptions,
): string {
  const root = templates.lookup(name)
  if (root === undefined)
    throw new TemplateError(
      'execute',
      `template: no template ${quote(name)} associated with template ${quote(options.setName ?? name)}`,
      { position: { template: name, line: 1 } },
    )
  const session: RenderSession = {
    budget: options.budget ?? new Budget(),
    generated: options.generated,
    setName: options.setName ?? name,
    includes: new Map(),
    ...(options.rehearsal === undefined ? {} : { rehearsal: options.rehearsal }),
    ...(options.tracer === undefined ? {} : { tracer: options.tracer }),
    ...(options.report === undefined ? {} : { report: options.report }),
  }
  const output = runTemplate({ templates, name, root, data }, session)
  session.budget.output(output.length)
  return output
}

function runTemplate(run: TemplateRun, session: RenderSession): string {
  const execution = new TemplateExecution(run, session)
  try {
    return execution.run(run.root, run.data)
  } catch (error) {
    const limit = limitOf(error, session.includes)
    throw limit instanceof LimitError ? limit.locate(execution.position()) : limit
  }
}

/** How the walk over a list goes on. */
type Flow = 'next' | 'break' | 'continue'

class TemplateExecution extends Evaluation {
  run(root: ListNode, data: Value): string {
    this.budget.enter()
    this.#list(data, root)
    this.budget.leave()
    return this.output
  }

  override execute(run: TemplateRun): string {
    this.session.tracer?.entered(run.name)
    const output = runTemplate(run, this.session)
    this.session.tracer?.left(output)
    return output
  }

  #list(dot: Value, list: ListNode): Flow {
    this.node = list
    for (const node of list.nodes) {
      const flow = this.#walk(dot, node)
      if (flow !== 'next') return flow
    }
    return 'next'
  }

  #walk(dot: Value, node: Node): Flow {
    this.node = node
    this.budget.step(NODE_STEPS)
    switch (node.kind) {
      case 'text':
        this.#write(node.text, node)
        return 'next'
      case 'action':
        this.#action(dot, node)
        return 'next'
      case 'if':
      case 'with':
        return this.#branch(dot, node)
      case 'range':
        return this.#range(dot, node)
      case 'template':
        this.#template(dot, node)
        return 'next'
      default:
        return node.kind
    }
  }

  #action(dot: Value, node: Extract<Node, { kind: 'action' }>): void {
    const value = this.pipeline(dot, node.pipe)
    if (node.pipe.declarations.length > 0) return
    this.node = node
    if (value instanceof GoFunctionValue)
      this.fail(`can't print ${describeNode(node)} of type func()`)
    const text = shownText(value)
    if (typeof value !== 'string') this.budget.step(Math.floor(text.length / BYTES_PER_STEP))
    this.#write(text, node)
  }

  #write(text: string, { source, at }: Node): void {
    this.budget.text(text.length)
    this.output += text
    this.budget.roomForOutput(this.output.length)
    this.session.tracer?.printed({ source, offset: at, text })
  }

  #branch(dot: Value, node: BranchNode): Flow {
    const mark = this.mark()
    const wasInterface = this.isDotInterface
    const value = this.pipeline(dot, node.pipe)
    let flow: Flow = 'next'
    if (isTrue(value)) {
      if (node.kind === 'with') this.isDotInterface = false
      flow = this.#list(node.kind === 'with' ? value : dot, node.list)
    } else if (node.otherwise !== undefined) flow = this.#list(dot, node.otherwise)
    this.isDotInterface = wasInterface
    this.pop(mark)
    return flow
  }

  #range(dot: Value, node: BranchNode): Flow {
    const outer = this.mark()
    const wasInterface = this.isDotInterface
    const value = this.pipeline(dot, node.pipe)
    const count = this.#iterate(value, node)
    this.isDotInterface = wasInterface
    let flow: Flow = 'next'
    if (count === 0 && node.otherwise !== undefined) flow = this.#list(dot, node.otherwise)
    this.pop(outer)
    // Go's `break` in the else part of a range ends that range.
    return count === 0 && flow === 'break' ? 'next' : flow
  }

  /** Runs the body for each element; returns how many there were. */
  #iterate(value: Value, node: BranchNode): number {
    if (value === undefined || value === null) return 0
    if (value instanceof GoMap) return this.#overMap(value, node)
    if (value instanceof GoSlice || value instanceof GoBytes) {
      const items = itemsOf(value)
      const isInterface = value instanceof GoSlice && value.type.element === 'interface {}'
      for (const [index, item] of items.entries())
        if (!this.#iteration(node, goInt(index), item, isInterface)) break
      return items.length
    }
    if (value instanceof GoInteger) return this.#overInteger(value, value.value, node)
    if (isObject(value) && value.integer !== undefined)
      return this.#overInteger(value, value.integer, node)
    return this.fail(`range can't iterate over ${printed(indirect(value))}`)
  }

  #overMap(map: GoMap, node: BranchNode): number {
    const keys = map.sortedKeys()
    // Sorting comes before the first pass, which may be the last.
    this.budget.step(keys.length * 2)
    const isInterface = map.type.element === 'interface {}'
    for (const key of keys)
      if (!this.#iteration(node, key, map.entries.get(key), isInterface)) break
    return keys.length
  }

  /** The numbers below one, in its type. */
  #overInteger(value: GoInteger | GoObject, end: bigint, node: BranchNode): number {
    if (node.pipe.declarations.length > 1)
      this.fail(`can't use ${printed(value)} to iterate over more than one variable`)
    for (let index = 0n; index < end; index++) {
      const item =
        value instanceof GoInteger ? new GoInteger(value.type, index) : value.withInteger?.(index)
      if (!this.#iteration(node, undefined, item, false)) break
    }
    return end > 0n ? 1 : 0
  }

  /** One pass of a range; false where `break` ended it. */
  #iteration(node: BranchNode, index: Value, item: Value, isInterface: boolean): boolean {
    this.budget.step(NODE_STEPS)
    const element = item === undefined ? null : item
    if (node.pipe.isAssignment) this.#assign(node, index, element, isInterface)
    else this.#declare(node, index, element, isInterface)
    const mark = this.mark()
    this.isDotInterface = isInterface
    const flow = this.#list(element, node.list)
    this.pop(mark)
    return flow !== 'break'
  }

  /** Variables of the range itself: with one it is the element, with two the index comes first. */
  #declare({ pipe }: BranchNode, index: Value, element: Value, isInterface: boolean): void {
    this.isInterface = isInterface
    if (pipe.declarations.length > 0) this.setTop(1, element)
    this.isInterface = false
    if (pipe.declarations.length > 1) this.setTop(2, index)
  }

  #assign({ pipe }: BranchNode, index: Value, element: Value, isInterface: boolean): void {
    const names = pipe.declarations.map((variable) => variable.names[0] ?? '')
    this.isInterface = isInterface
    this.setVariable(names.at(-1) ?? '', element)
    this.isInterface = false
    if (names.length > 1) this.setVariable(names[0] ?? '', index)
  }

  #template(dot: Value, node: TemplateNode): void {
    const root = this.templates.lookup(node.name)
    if (root === undefined) this.fail(`template ${quote(node.name)} not defined`)
    const data = this.pipeline(dot, node.pipe)
    const { templates } = this
    this.report('template', node.name)
    const output = this.execute({ templates, name: node.name, root, data })
    this.output += output
    this.budget.roomForOutput(this.output.length)
    this.session.tracer?.printed({ source: node.source, offset: node.at, text: output })
  }
}

/** What an action prints: a value in a field can use methods of its address, an argument cannot. */
function shownText(value: Value): string {
  if (value === undefined) return '<no value>'
  if (isObject(value) && value.addressedText !== undefined) return value.addressedText()
  return printed(isObject(value) && value.asText === undefined ? indirect(value) : value)
}
