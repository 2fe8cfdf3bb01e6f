import { quote } from '../fmt/quote.ts'
import { unquote } from '../fmt/unquote.ts'
import { describeNode } from './describe-node.ts'
import {
  type ChainNode,
  type CommandNode,
  type NumberNode,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './nodes.ts'
import { parseNumber } from './parse-number.ts'
import { type TokenStream } from './token-stream.ts'
import { type Token, type TokenKind } from './tokens.ts'

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
])
const NOT_EXECUTABLE: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string'])
const TAKES_NO_FIELD = NOT_EXECUTABLE

/** Reads pipelines: `declarations? command ('|' command)*`. */
export class PipelineParser {
  /** Variables that are defined at this point; blocks cut it back. */
  readonly variables: string[] = ['$']
  readonly #tokens: TokenStream

  constructor(tokens: TokenStream) {
    this.#tokens = tokens
  }

  pipeline(context: string, end: TokenKind): PipeNode {
    const { source } = this.#tokens.input
    const pipe: PipeNode = {
      kind: 'pipe',
      source,
      at: this.#tokens.peekNonSpace().at,
      declarations: [],
      isAssignment: false,
      commands: [],
    }
    this.#declarations(pipe, context)
    for (;;) {
      const token = this.#tokens.nextNonSpace()
      if (token.kind === end) break
      if (!OPERANDS.has(token.kind)) this.#tokens.unexpected(token, context)
      this.#tokens.back(token)
      pipe.commands.push(this.#command())
    }
    this.#check(pipe, context)
    return pipe
  }

  #declarations(pipe: PipeNode, context: string): void {
    while (this.#tokens.peekNonSpace().kind === 'variable') {
      const variable = this.#tokens.nextNonSpace()
      const after = this.#tokens.peek()
      const next = this.#tokens.peekNonSpace()
      if (next.kind === 'assign' || next.kind === 'declare') {
        pipe.isAssignment = next.kind === 'assign'
        this.#tokens.nextNonSpace()
        this.#declare(pipe, variable)
        return
      }
      if (next.kind !== 'char' || next.text !== ',') {
        if (after.kind === 'space') this.#tokens.back(variable, after)
        else this.#tokens.back(variable)
        return
      }
      this.#tokens.nextNonSpace()
      this.#declare(pipe, variable)
      if (context !== 'range' || pipe.declarations.length >= 2)
        this.#tokens.fail(`too many declarations in ${context}`)
      const { kind } = this.#tokens.peekNonSpace()
      if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen')
        this.#tokens.fail('range can only initialize variables')
    }
  }

  #declare(pipe: PipeNode, { at, text }: Token): void {
    pipe.declarations.push(this.#variable(at, text))
    this.variables.push(text)
  }

  #check(pipe: PipeNode, context: string): void {
    if (pipe.commands.length === 0) this.#tokens.fail(`missing value for ${context}`)
    for (const [index, command] of pipe.commands.entries())
      if (index > 0 && NOT_EXECUTABLE.has(command.args[0]?.kind ?? ''))
        this.#tokens.fail(`non executable command in pipeline stage ${index + 1}`)
  }

  #command(): CommandNode {
    const { source } = this.#tokens.input
    const command: CommandNode = {
      kind: 'command',
      source,
      at: this.#tokens.peekNonSpace().at,
      args: [],
    }
    for (;;) {
      this.#tokens.peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) command.args.push(operand)
      const token = this.#tokens.next()
      if (token.kind === 'space') continue
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.#tokens.back(token)
      else if (token.kind !== 'pipe') this.#tokens.unexpected(token, 'operand')
      break
    }
    if (command.args.length === 0) this.#tokens.fail('empty command')
    return command
  }

  #operand(): Operand | undefined {
    const node = this.#term()
    if (node === undefined || this.#tokens.peek().kind !== 'field') return node
    const { source } = this.#tokens.input
    const { at } = this.#tokens.peek()
    const chain: ChainNode = { kind: 'chain', source, at, node, fields: [] }
    while (this.#tokens.peek().kind === 'field')
      chain.fields.push(this.#tokens.next().text.slice(1))
    if (TAKES_NO_FIELD.has(node.kind))
      this.#tokens.fail(`unexpected . after term ${quote(describeNode(node))}`)
    if (node.kind === 'field' || node.kind === 'variable')
      return { kind: node.kind, source, at, names: [...node.names, ...chain.fields] }
    return chain
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextNonSpace()
    const { source } = this.#tokens.input
    const { at, text } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.#tokens.input.hasFunction(text))
          this.#tokens.fail(`function ${quote(text)} not defined`)
        return { kind: 'identifier', source, at, name: text }
      case 'dot':
      case 'nil':
        return { kind: token.kind, source, at }
      case 'variable':
        return this.#useVariable(token)
      case 'field':
        return { kind: 'field', source, at, names: text.slice(1).split('.') }
      case 'leftParen':
        return this.#tokens.input.nested(
          () => this.pipeline('parenthesized pipeline', 'rightParen'),
          token.line,
        )
      default:
        return this.#literal(token)
    }
  }

  #literal(token: Token): Operand | undefined {
    const { source } = this.#tokens.input
    const { at, text } = token
    switch (token.kind) {
      case 'bool':
        return { kind: 'bool', source, at, value: text === 'true' }
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.#number(token, token.kind)
      case 'string':
      case 'rawString':
        return { kind: 'string', source, at, quoted: text, value: this.unquoted(token) }
      default:
        this.#tokens.back(token)
        return undefined
    }
  }

  #number({ at, text }: Token, kind: 'number' | 'complex' | 'charConstant'): NumberNode {
    const constant = parseNumber(text, kind)
    if (typeof constant === 'string') this.#tokens.fail(constant)
    return { kind: 'number', source: this.#tokens.input.source, at, ...constant }
  }

  /** The text of a string token; a bad escape is an error. */
  unquoted({ text }: Token): string {
    return unquote(text) ?? this.#tokens.fail('invalid syntax')
  }

  #useVariable({ at, text }: Token): VariableNode {
    if (!this.variables.includes(text)) this.#tokens.fail(`undefined variable ${quote(text)}`)
    return this.#variable(at, text)
  }

  #variable(at: number, text: string): VariableNode {
    return { kind: 'variable', source: this.#tokens.input.source, at, names: text.split('.') }
  }
}
