import { quote } from '../fmt/quote.ts'
import { describeNode } from './describe-node.ts'
import {
  type BranchNode,
  type CloseNode,
  type ListNode,
  type Node,
  type PipeNode,
  type TemplateSource,
} from './nodes.ts'
import { PipelineParser } from './parse-pipeline.ts'
import { ParseInput, TokenStream } from './token-stream.ts'
import { type Token } from './tokens.ts'

/** The trees of one text: its own, under its name, and those of each `define` and `block` in it. */
export type TreeSet = ReadonlyMap<string, ListNode>

/**
 * Parses a template as Go 1.26 text/template/parse does, with the standard delimiters. `hasFunction` says
 * which names are functions. Throws `TemplateError` with Go's text, or `LimitError` where blocks nest
 * beyond what the engine follows.
 */
export function parseTemplate(
  source: TemplateSource,
  hasFunction: (name: string) => boolean,
): TreeSet {
  const trees = new Map<string, ListNode>()
  new TreeParser(source.name, new ParseInput(source, hasFunction), trees).whole()
  return trees
}

/** Whether there is nothing in a list but space: then it does not replace an earlier definition. */
export function isEmptyTree(list: ListNode): boolean {
  return list.nodes.every(
    (node) => node.kind === 'text' && !/[^ \t\n\v\f\r\u0085\u00a0]/.test(node.text),
  )
}

class TreeParser {
  #name: string
  readonly #tokens: TokenStream
  readonly #pipelines: PipelineParser
  readonly #trees: Map<string, ListNode>
  #rangeDepth = 0

  constructor(name: string, input: ParseInput, trees: Map<string, ListNode>) {
    this.#name = name
    this.#tokens = new TokenStream(input)
    this.#pipelines = new PipelineParser(this.#tokens)
    this.#trees = trees
  }

  whole(): void {
    const root = this.#newList(this.#tokens.peek().at)
    while (this.#tokens.peek().kind !== 'eof') {
      if (this.#isDefinition()) {
        this.#nested('definition').#definition()
        continue
      }
      const node = this.#textOrAction()
      if (isClose(node)) this.#tokens.fail(`unexpected ${describeNode(node)}`)
      root.nodes.push(node)
    }
    this.#add(root)
  }

  /** Takes `{{define` if it stands here. */
  #isDefinition(): boolean {
    const delimiter = this.#tokens.peek()
    if (delimiter.kind !== 'leftDelim') return false
    this.#tokens.next()
    const word = this.#tokens.nextNonSpace()
    if (word.kind === 'define') return true
    this.#tokens.back(delimiter, word)
    return false
  }

  #nested(name: string): TreeParser {
    return new TreeParser(name, this.#tokens.input, this.#trees)
  }

  #definition(): void {
    const context = 'define clause'
    const name = this.#tokens.expect(['string', 'rawString'], context)
    this.#name = this.#pipelines.unquoted(name)
    this.#tokens.expect(['rightDelim'], context)
    this.#body(context)
  }

  #body(context: string): void {
    const { list, close } = this.#itemList()
    if (close.kind !== 'end') this.#tokens.fail(`unexpected ${describeNode(close)} in ${context}`)
    this.#add(list)
  }

  #add(root: ListNode): void {
    const known = this.#trees.get(this.#name)
    if (known === undefined || isEmptyTree(known)) this.#trees.set(this.#name, root)
    else if (!isEmptyTree(root))
      this.#tokens.fail(`template: multiple definition of template ${quote(this.#name)}`)
  }

  #itemList(): { list: ListNode; close: CloseNode } {
    const start = this.#tokens.peekNonSpace()
    const list = this.#newList(start.at)
    const close = this.#tokens.input.nested(() => this.#items(list), start.line)
    return { list, close }
  }

  #items(list: ListNode): CloseNode {
    while (this.#tokens.peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction()
      if (isClose(node)) return node
      list.nodes.push(node)
    }
    return this.#tokens.fail('unexpected EOF')
  }

  #textOrAction(): Node | CloseNode {
    const token = this.#tokens.nextNonSpace()
    if (token.kind === 'text')
      return { kind: 'text', source: this.#tokens.input.source, at: token.at, text: token.text }
    if (token.kind !== 'leftDelim') this.#tokens.unexpected(token, 'input')
    this.#tokens.actionLine = token.line
    const node = this.#action()
    this.#tokens.actionLine = 0
    return node
  }

  // oxlint-disable-next-line complexity -- One line for each keyword.
  #action(): Node | CloseNode {
    const token = this.#tokens.nextNonSpace()
    switch (token.kind) {
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        return this.#jump(token, token.kind)
      case 'else':
        return this.#else()
      case 'end':
        return { ...this.#at(this.#tokens.expect(['rightDelim'], 'end').at), kind: 'end' }
      case 'if':
      case 'range':
      case 'with':
        return this.#control(token.kind)
      case 'template':
        return this.#template()
      default: {
        this.#tokens.back(token)
        const { at } = this.#tokens.peek()
        return {
          ...this.#at(at),
          kind: 'action',
          pipe: this.#pipelines.pipeline('command', 'rightDelim'),
        }
      }
    }
  }

  #jump({ at }: Token, kind: 'break' | 'continue'): Node {
    const token = this.#tokens.nextNonSpace()
    if (token.kind !== 'rightDelim') this.#tokens.unexpected(token, `{{${kind}}}`)
    if (this.#rangeDepth === 0) this.#tokens.fail(`{{${kind}}} outside {{range}}`)
    return { ...this.#at(at), kind }
  }

  #control(kind: 'if' | 'range' | 'with'): BranchNode {
    const { variables } = this.#pipelines
    const mark = variables.length
    const pipe = this.#pipelines.pipeline(kind, 'rightDelim')
    if (kind === 'range') this.#rangeDepth += 1
    const { list, close } = this.#itemList()
    if (kind === 'range') this.#rangeDepth -= 1
    const otherwise = close.kind === 'else' ? this.#otherwise(kind, close) : undefined
    variables.length = mark
    return { ...this.#at(pipe.at), kind, pipe, list, otherwise }
  }

  /** What follows `{{else}}`; `{{else if}}` and `{{else with}}` share the `{{end}}` of their own. */
  #otherwise(kind: 'if' | 'range' | 'with', close: CloseNode): ListNode {
    const next = this.#tokens.peek()
    if (kind !== 'range' && next.kind === kind) {
      this.#tokens.next()
      const list = this.#newList(close.at)
      list.nodes.push(this.#tokens.input.nested(() => this.#control(kind), next.line))
      return list
    }
    const { list, close: end } = this.#itemList()
    if (end.kind !== 'end') this.#tokens.fail(`expected end; found ${describeNode(end)}`)
    return list
  }

  #else(): CloseNode {
    const next = this.#tokens.peekNonSpace()
    if (next.kind === 'if' || next.kind === 'with') return { ...this.#at(next.at), kind: 'else' }
    return { ...this.#at(this.#tokens.expect(['rightDelim'], 'else').at), kind: 'else' }
  }

  #block(): Node {
    const context = 'block clause'
    const token = this.#tokens.nextNonSpace()
    const name = this.#templateName(token, context)
    const pipe = this.#pipelines.pipeline(context, 'rightDelim')
    this.#nested(name).#body(context)
    return { ...this.#at(token.at), kind: 'template', name, pipe }
  }

  #template(): Node {
    const context = 'template clause'
    const token = this.#tokens.nextNonSpace()
    const name = this.#templateName(token, context)
    const next = this.#tokens.nextNonSpace()
    let pipe: PipeNode | undefined
    if (next.kind !== 'rightDelim') {
      this.#tokens.back(next)
      pipe = this.#pipelines.pipeline(context, 'rightDelim')
    }
    return { ...this.#at(token.at), kind: 'template', name, pipe }
  }

  #templateName(token: Token, context: string): string {
    if (token.kind === 'string' || token.kind === 'rawString')
      return this.#pipelines.unquoted(token)
    return this.#tokens.unexpected(token, context)
  }

  #newList(at: number): ListNode {
    return { kind: 'list', ...this.#at(at), nodes: [] }
  }

  #at(at: number): { source: ParseInput['source']; at: number } {
    return { source: this.#tokens.input.source, at }
  }
}

function isClose(node: Node | CloseNode): node is CloseNode {
  return node.kind === 'end' || node.kind === 'else'
}
