import { type Value } from '../values.ts'

/** What every node knows: where it stands, in bytes of the text of its source. */
interface Positioned {
  readonly source: TemplateSource
  readonly at: number
}

/** A text that was parsed, and the name under which errors give it. */
export interface TemplateSource {
  readonly name: string
  readonly text: string
}

export interface ListNode extends Positioned {
  readonly kind: 'list'
  readonly nodes: Node[]
}
export interface TextNode extends Positioned {
  readonly kind: 'text'
  readonly text: string
}
export interface ActionNode extends Positioned {
  readonly kind: 'action'
  readonly pipe: PipeNode
}
export interface BranchNode extends Positioned {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: PipeNode
  readonly list: ListNode
  readonly otherwise: ListNode | undefined
}
export interface TemplateNode extends Positioned {
  readonly kind: 'template'
  readonly name: string
  readonly pipe: PipeNode | undefined
}
export interface JumpNode extends Positioned {
  readonly kind: 'break' | 'continue'
}
/** `{{end}}` and `{{else}}`: they close a list and are in no tree. */
export interface CloseNode extends Positioned {
  readonly kind: 'end' | 'else'
}

export interface PipeNode extends Positioned {
  readonly kind: 'pipe'
  readonly declarations: VariableNode[]
  isAssignment: boolean
  readonly commands: CommandNode[]
}
export interface CommandNode extends Positioned {
  readonly kind: 'command'
  readonly args: Operand[]
}
export interface FieldNode extends Positioned {
  readonly kind: 'field'
  readonly names: readonly string[]
}
export interface VariableNode extends Positioned {
  readonly kind: 'variable'
  /** `$name` first, then fields. */
  readonly names: readonly string[]
}
export interface ChainNode extends Positioned {
  readonly kind: 'chain'
  readonly node: Operand
  readonly fields: string[]
}
export interface IdentifierNode extends Positioned {
  readonly kind: 'identifier'
  readonly name: string
}
export interface DotNode extends Positioned {
  readonly kind: 'dot'
}
export interface NilNode extends Positioned {
  readonly kind: 'nil'
}
export interface BoolNode extends Positioned {
  readonly kind: 'bool'
  readonly value: boolean
}
export interface StringNode extends Positioned {
  readonly kind: 'string'
  readonly quoted: string
  readonly value: string
}
export interface NumberNode extends Positioned {
  readonly kind: 'number'
  readonly text: string
  /** What the constant is where nothing asks for a type; nothing where it overflows int. */
  readonly ideal: Value
  readonly integer: bigint | undefined
  readonly unsigned: bigint | undefined
  readonly float: number | undefined
}

export type Operand =
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | NilNode
  | BoolNode
  | StringNode
  | NumberNode
  | PipeNode

export type Node = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode
/** Every node at which an error can stand. */
export type AnyNode = Node | ListNode | Operand | CommandNode | CloseNode
