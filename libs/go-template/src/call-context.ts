import { type Budget } from './budget.ts'
import { type TemplatePosition } from './errors.ts'
import { type GeneratedValues } from './generated-values.ts'
import { type ListNode, type TemplateSource } from './parse/nodes.ts'
import { type TemplateSet } from './template-set.ts'
import { type Value } from './values.ts'

/** What a function may use of the world while it runs: bounds, templates, and the values that are not pure. */
export interface CallContext {
  readonly budget: Budget
  /** Random values, keys, certificates and time; remembered between renders by whoever implements it. */
  readonly generated: GeneratedValues
  /** The render is thrown away: what is dear may be made in a cheaper form. */
  readonly isRehearsal: boolean
  /**
   * Takes the price of what is about to be made. Before the first dear thing the whole render is rehearsed, so
   * that one that cannot pay for all that it wants is refused before it costs time.
   */
  pay(steps: number): void
  /** The templates that the calling template sees. */
  readonly templates: TemplateSet
  /** The name of the whole set, under which Helm parses the text of `tpl`. */
  readonly setName: string
  /** How often each name is being included at this moment. */
  readonly includes: Map<string, number>
  /** Set by functions whose result may be an interface (`dynamic`). */
  isInterface: boolean
  /** Executes another template and gives its output. */
  execute(run: TemplateRun): string
  /** Where the call stands, for reports and for the keys of generated values. */
  position(): TemplatePosition
  /** What the call reports as read, beside values: files, objects that were looked up. */
  report(kind: ReadKind, name: string): void
}

export interface TemplateRun {
  readonly templates: TemplateSet
  readonly name: string
  readonly root: ListNode
  readonly data: Value
}

export type ReadKind = 'template' | 'file' | 'lookup'

/** Follows a render, to tell where output comes from. Costs time: only traced renders have one. */
export interface Tracer {
  /** `text` was printed by the action or text node at `offset` of `source`. */
  printed(event: {
    readonly source: TemplateSource
    readonly offset: number
    readonly text: string
  }): void
  /** A key of a map was read by name. */
  read(map: Value, key: string): void
  /** An execution of another template starts, and ends with its output. */
  entered(name: string): void
  left(output: string): void
}
