import type { Flavour } from '../flavour.ts'
import type { YamlLimits } from '../limits.ts'
import type { YamlEntry, YamlMapping, YamlNode, YamlSequence } from '../node.ts'
import { Scanner } from '../scanner/scanner.ts'
import { syntaxError } from '../scanner/syntax-error.ts'
import type { Mark, Token, TokenKind } from '../scanner/token.ts'
import { YamlError } from '../yaml-error.ts'
import { Anchors } from './anchors.ts'
import { readDirectives, type TagHandles } from './directives.ts'
import {
  at,
  emptyScalar,
  ENDS_BLOCK_ENTRY,
  ENDS_DOCUMENT,
  ENDS_FLOW_KEY_IN_MAPPING,
  ENDS_FLOW_KEY_IN_SEQUENCE,
  type NodeProperties,
  refuseForeignTag,
  scalar,
  STARTS_DOCUMENT,
} from './grammar.ts'

const TOP: Mark = { offset: 0, line: 0, column: 0 }

/**
 * Tokens to nodes, by the grammar and with the refusals of libyaml's parser. It reads one document at a time:
 * what is behind it has not been looked at.
 */
export class Composer {
  readonly #scanner: Scanner
  readonly #flavour: Flavour
  readonly #depthMax: number
  readonly #anchors: Anchors
  #handles: TagHandles = new Map()
  #depth = 0
  #first = true

  /** `text` ends with four NULs and holds no other. */
  constructor(text: string, flavour: Flavour, limits: YamlLimits) {
    this.#scanner = new Scanner(text, flavour)
    this.#flavour = flavour
    this.#depthMax = limits.depthMax
    this.#anchors = new Anchors(limits.nodesMax)
  }

  /** The root of the next document, or undefined after the last one. */
  next(): YamlNode | undefined {
    const scanner = this.#scanner
    const implicit = this.#first
    this.#first = false
    if (!implicit) while (scanner.peek().kind === 'document-end') scanner.skip()
    if (scanner.peek().kind === 'stream-end') return undefined
    this.#anchors.startDocument(this.#flavour)
    const isBare = implicit && !STARTS_DOCUMENT.has(scanner.peek().kind)
    this.#handles = readDirectives(scanner, this.#flavour)
    let root: YamlNode
    if (isBare) {
      root = this.#node('block')
    } else {
      const token = scanner.peek()
      if (token.kind !== 'document-start') {
        throw this.#error('did not find expected <document start>', TOP, token.start)
      }
      scanner.skip()
      root = ENDS_DOCUMENT.has(scanner.peek().kind)
        ? emptyScalar(scanner.peek().start)
        : this.#node('block')
    }
    if (scanner.peek().kind === 'document-end') scanner.skip()
    return root
  }

  #error(problem: string, context: Mark, mark: Mark): Error {
    return syntaxError(problem, { flavour: this.#flavour, context, mark, ahead: 0 })
  }

  #node(place: 'block' | 'flow' | 'block-or-indentless'): YamlNode {
    const token = this.#scanner.peek()
    if (token.kind === 'alias') return this.#alias(token)
    const before = this.#anchors.count(1, token)
    const node = this.#nodeOf(token, place)
    this.#anchors.measure(node, before)
    return node
  }

  #nodeOf(first: Token, place: 'block' | 'flow' | 'block-or-indentless'): YamlNode {
    const properties = this.#properties(first)
    const token = this.#scanner.peek()
    const content = this.#content(token, properties, place)
    if (content !== undefined) return content
    if (properties.anchor !== '' || properties.tag !== '') {
      return this.#anchors.define(emptyScalar(properties.start, properties))
    }
    throw this.#error('did not find expected node content', properties.start, token.start)
  }

  /** What follows the properties, if it can stand here. */
  #content(
    token: Token,
    properties: NodeProperties,
    place: 'block' | 'flow' | 'block-or-indentless',
  ): YamlNode | undefined {
    switch (token.kind) {
      case 'scalar':
        this.#scanner.skip()
        return this.#anchors.define(scalar(token, properties))
      case 'flow-sequence-start':
        return this.#flowSequence(properties)
      case 'flow-mapping-start':
        return this.#flowMapping(properties)
      case 'block-entry':
        return place === 'block-or-indentless' ? this.#indentlessSequence(properties) : undefined
      case 'block-sequence-start':
        return place === 'flow' ? undefined : this.#blockSequence(properties)
      case 'block-mapping-start':
        return place === 'flow' ? undefined : this.#blockMapping(properties)
      default:
        return undefined
    }
  }

  #alias(token: Token): YamlNode {
    const { line, column } = token.start
    const target = this.#anchors.follow(token)
    this.#scanner.skip()
    return { kind: 'alias', name: token.value, target, line: line + 1, column: column + 1 }
  }

  /** Anchor and tag, in either order, each once. */
  #properties(first: Token): NodeProperties {
    const { start } = first
    if (first.kind !== 'anchor' && first.kind !== 'tag') return { start, tag: '', anchor: '' }
    const scanner = this.#scanner
    scanner.skip()
    const second = scanner.peek()
    const isPair = second.kind !== first.kind && (second.kind === 'anchor' || second.kind === 'tag')
    if (isPair) scanner.skip()
    const tagToken = first.kind === 'tag' ? first : second
    const anchorToken = first.kind === 'anchor' ? first : second
    return {
      start,
      tag: isPair || first.kind === 'tag' ? this.#tag(tagToken, start) : '',
      anchor: isPair || first.kind === 'anchor' ? anchorToken.value : '',
    }
  }

  #tag(token: Token, context: Mark): string {
    if (token.value === '') return token.suffix
    const prefix = this.#handles.get(token.value)
    const tag = prefix === undefined ? '' : prefix + token.suffix
    if (tag === '') throw this.#error('found undefined tag handle', context, token.start)
    refuseForeignTag(tag, token.start)
    return tag
  }

  #open(mark: Mark): void {
    this.#depth += 1
    if (this.#depth <= this.#depthMax) return
    throw new YamlError('YAML_DEPTH', `nesting ${this.#depthMax} exceeded at ${at(mark)}`, {
      position: { line: mark.line + 1, column: mark.column + 1 },
    })
  }

  #sequence(properties: NodeProperties, style: YamlSequence['style']): [YamlSequence, YamlNode[]] {
    const items: YamlNode[] = []
    const { start, tag, anchor } = properties
    const [line, column] = [start.line + 1, start.column + 1]
    return [
      this.#anchors.define({ kind: 'sequence', style, items, tag, anchor, line, column }),
      items,
    ]
  }

  #mapping(properties: NodeProperties, style: YamlMapping['style']): [YamlMapping, YamlEntry[]] {
    const entries: YamlEntry[] = []
    const { start, tag, anchor } = properties
    const [line, column] = [start.line + 1, start.column + 1]
    return [
      this.#anchors.define({ kind: 'mapping', style, entries, tag, anchor, line, column }),
      entries,
    ]
  }

  #blockSequence(properties: NodeProperties): YamlSequence {
    const scanner = this.#scanner
    const { start } = scanner.peek()
    this.#open(start)
    scanner.skip()
    const [node, items] = this.#sequence(properties, 'block')
    for (;;) {
      const token = scanner.peek()
      if (token.kind !== 'block-entry') break
      scanner.skip()
      const { kind } = scanner.peek()
      const isEmpty = kind === 'block-entry' || kind === 'block-end'
      items.push(isEmpty ? emptyScalar(token.end) : this.#node('block'))
    }
    this.#close('block-end', "did not find expected '-' indicator", start)
    return node
  }

  /** Entries at the column of the key that holds them. */
  #indentlessSequence(properties: NodeProperties): YamlSequence {
    const scanner = this.#scanner
    this.#open(scanner.peek().start)
    const [node, items] = this.#sequence(properties, 'block')
    for (;;) {
      const token = scanner.peek()
      if (token.kind !== 'block-entry') break
      scanner.skip()
      const { kind } = scanner.peek()
      const isEmpty = kind === 'block-entry' || ENDS_BLOCK_ENTRY.has(kind)
      items.push(isEmpty ? emptyScalar(token.end) : this.#node('block'))
    }
    this.#depth -= 1
    return node
  }

  #blockMapping(properties: NodeProperties): YamlMapping {
    const scanner = this.#scanner
    const { start } = scanner.peek()
    this.#open(start)
    scanner.skip()
    const [node, entries] = this.#mapping(properties, 'block')
    for (;;) {
      const token = scanner.peek()
      if (token.kind !== 'key') break
      scanner.skip()
      const key = this.#blockMappingPart(token.end)
      const colon = scanner.peek()
      if (colon.kind === 'value') scanner.skip()
      const value =
        colon.kind === 'value' ? this.#blockMappingPart(colon.end) : emptyScalar(colon.start)
      entries.push({ key, value })
    }
    this.#close('block-end', 'did not find expected key', start)
    return node
  }

  #blockMappingPart(mark: Mark): YamlNode {
    const { kind } = this.#scanner.peek()
    return ENDS_BLOCK_ENTRY.has(kind) ? emptyScalar(mark) : this.#node('block-or-indentless')
  }

  #close(kind: TokenKind, problem: string, context: Mark): void {
    const token = this.#scanner.peek()
    if (token.kind !== kind) throw this.#error(problem, context, token.start)
    this.#scanner.skip()
    this.#depth -= 1
  }

  #flowSequence(properties: NodeProperties): YamlSequence {
    const scanner = this.#scanner
    const { start } = scanner.peek()
    this.#open(start)
    scanner.skip()
    const [node, items] = this.#sequence(properties, 'flow')
    while (scanner.peek().kind !== 'flow-sequence-end') {
      if (items.length > 0) {
        this.#takeComma("did not find expected ',' or ']'", start)
        if (scanner.peek().kind === 'flow-sequence-end') break
      }
      items.push(scanner.peek().kind === 'key' ? this.#flowPair() : this.#node('flow'))
    }
    this.#close('flow-sequence-end', '', start)
    return node
  }

  #takeComma(problem: string, context: Mark): void {
    const token = this.#scanner.peek()
    if (token.kind !== 'flow-entry') throw this.#error(problem, context, token.start)
    this.#scanner.skip()
  }

  /** `key: value` between square brackets: a mapping of one. */
  #flowPair(): YamlMapping {
    const scanner = this.#scanner
    const { start } = scanner.peek()
    this.#open(start)
    scanner.skip()
    const [node, entries] = this.#mapping({ start, tag: '', anchor: '' }, 'flow')
    const first = scanner.peek()
    let key: YamlNode
    if (ENDS_FLOW_KEY_IN_SEQUENCE.has(first.kind)) {
      scanner.skip() // As libyaml: the `:` of a pair without a key is lost, and so is its value.
      key = emptyScalar(first.end)
    } else {
      key = this.#node('flow')
    }
    entries.push({ key, value: this.#flowValue('flow-sequence-end') })
    this.#depth -= 1
    return node
  }

  #flowMapping(properties: NodeProperties): YamlMapping {
    const scanner = this.#scanner
    const { start } = scanner.peek()
    this.#open(start)
    scanner.skip()
    const [node, entries] = this.#mapping(properties, 'flow')
    while (scanner.peek().kind !== 'flow-mapping-end') {
      if (entries.length > 0) {
        this.#takeComma("did not find expected ',' or '}'", start)
        if (scanner.peek().kind === 'flow-mapping-end') break
      }
      entries.push(this.#flowEntry())
    }
    this.#close('flow-mapping-end', '', start)
    return node
  }

  #flowEntry(): YamlEntry {
    const scanner = this.#scanner
    if (scanner.peek().kind !== 'key') {
      const key = this.#node('flow')
      return { key, value: emptyScalar(scanner.peek().start) }
    }
    scanner.skip()
    const token = scanner.peek()
    const isEmpty = ENDS_FLOW_KEY_IN_MAPPING.has(token.kind)
    const key = isEmpty ? emptyScalar(token.start) : this.#node('flow')
    return { key, value: this.#flowValue('flow-mapping-end') }
  }

  #flowValue(end: TokenKind): YamlNode {
    const scanner = this.#scanner
    const colon = scanner.peek()
    if (colon.kind !== 'value') return emptyScalar(colon.start)
    scanner.skip()
    const token = scanner.peek()
    const isEmpty = token.kind === 'flow-entry' || token.kind === end
    return isEmpty ? emptyScalar(token.start) : this.#node('flow')
  }
}
