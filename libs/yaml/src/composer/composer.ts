import type { Flavour } from '../flavour.ts'
import type { YamlLimits } from '../limits.ts'
import type { YamlEntry, YamlMapping, YamlNode, YamlSequence } from '../node.ts'
import { Scanner } from '../scanner/scanner.ts'
import { syntaxError } from '../scanner/syntax-error.ts'
import type { Place, Token, TokenKind } from '../scanner/token.ts'
import { YamlError } from '../yaml-error.ts'
import { Anchors } from './anchors.ts'
import { readDirectives, type TagHandles } from './directives.ts'
import {
  at,
  emptyBehind,
  emptyScalar,
  ENDS_BLOCK_ENTRY,
  ENDS_DOCUMENT,
  ENDS_FLOW_KEY_IN_MAPPING,
  ENDS_FLOW_KEY_IN_SEQUENCE,
  mapping,
  type NodeProperties,
  positionOf,
  refuseForeignTag,
  scalar,
  sequence,
  STARTS_DOCUMENT,
} from './grammar.ts'

const TOP: Place = { line: 0, column: 0 }

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
        throw this.#error('did not find expected <document start>', TOP, token)
      }
      scanner.skip()
      root = ENDS_DOCUMENT.has(scanner.peek().kind)
        ? emptyScalar(scanner.peek())
        : this.#node('block')
    }
    if (scanner.peek().kind === 'document-end') scanner.skip()
    return root
  }

  #error(problem: string, context: Place, place: Place): Error {
    return syntaxError(problem, { flavour: this.#flavour, context, place, ahead: 0 })
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
    if (first.kind === 'scalar') {
      this.#scanner.skip()
      return scalar(first)
    }
    const properties = this.#properties(first)
    const token = this.#scanner.peek()
    const content = this.#content(token, properties, place)
    if (content !== undefined) return content
    if (properties !== undefined) return this.#anchors.define(emptyScalar(properties, properties))
    throw this.#error('did not find expected node content', first, token)
  }

  /** What follows the properties, if it can stand here. */
  #content(
    token: Token,
    properties: NodeProperties | undefined,
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
    const { line, column } = token
    const target = this.#anchors.follow(token)
    this.#scanner.skip()
    return { kind: 'alias', name: token.value, target, line: line + 1, column: column + 1 }
  }

  /** Anchor and tag, in either order, each once. */
  #properties(first: Token): NodeProperties | undefined {
    if (first.kind !== 'anchor' && first.kind !== 'tag') return undefined
    const scanner = this.#scanner
    scanner.skip()
    const second = scanner.peek()
    const isPair = second.kind !== first.kind && (second.kind === 'anchor' || second.kind === 'tag')
    if (isPair) scanner.skip()
    const tagToken = first.kind === 'tag' ? first : second
    const anchorToken = first.kind === 'anchor' ? first : second
    return {
      line: first.line,
      column: first.column,
      tag: isPair || first.kind === 'tag' ? this.#tag(tagToken, first) : '',
      anchor: isPair || first.kind === 'anchor' ? anchorToken.value : '',
    }
  }

  #tag(token: Token, context: Place): string {
    if (token.value === '') return token.suffix
    const prefix = this.#handles.get(token.value)
    const tag = prefix === undefined ? '' : prefix + token.suffix
    if (tag === '') throw this.#error('found undefined tag handle', context, token)
    refuseForeignTag(tag, token)
    return tag
  }

  #open(place: Place): void {
    this.#depth += 1
    if (this.#depth <= this.#depthMax) return
    throw new YamlError('YAML_DEPTH', `nesting ${this.#depthMax} exceeded at ${at(place)}`, {
      position: positionOf(place),
    })
  }

  #blockSequence(properties?: NodeProperties): YamlSequence {
    const scanner = this.#scanner
    const start = scanner.peek()
    this.#open(start)
    scanner.skip()
    const items: YamlNode[] = []
    const node = this.#anchors.define(sequence(items, 'block', properties ?? start))
    for (;;) {
      const token = scanner.peek()
      if (token.kind !== 'block-entry') break
      scanner.skip()
      const { kind } = scanner.peek()
      const isEmpty = kind === 'block-entry' || kind === 'block-end'
      items.push(isEmpty ? emptyBehind(token) : this.#node('block'))
    }
    this.#close('block-end', "did not find expected '-' indicator", start)
    return node
  }

  /** Entries at the column of the key that holds them. */
  #indentlessSequence(properties?: NodeProperties): YamlSequence {
    const scanner = this.#scanner
    const start = scanner.peek()
    this.#open(start)
    const items: YamlNode[] = []
    const node = this.#anchors.define(sequence(items, 'block', properties ?? start))
    for (;;) {
      const token = scanner.peek()
      if (token.kind !== 'block-entry') break
      scanner.skip()
      const { kind } = scanner.peek()
      const isEmpty = kind === 'block-entry' || ENDS_BLOCK_ENTRY.has(kind)
      items.push(isEmpty ? emptyBehind(token) : this.#node('block'))
    }
    this.#depth -= 1
    return node
  }

  #blockMapping(properties?: NodeProperties): YamlMapping {
    const scanner = this.#scanner
    const start = scanner.peek()
    this.#open(start)
    scanner.skip()
    const entries: YamlEntry[] = []
    const node = this.#anchors.define(mapping(entries, 'block', properties ?? start))
    for (;;) {
      const token = scanner.peek()
      if (token.kind !== 'key') break
      scanner.skip()
      const key = this.#blockMappingPart(token)
      const colon = scanner.peek()
      if (colon.kind === 'value') scanner.skip()
      const value = colon.kind === 'value' ? this.#blockMappingPart(colon) : emptyScalar(colon)
      entries.push({ key, value })
    }
    this.#close('block-end', 'did not find expected key', start)
    return node
  }

  #blockMappingPart(indicator: Token): YamlNode {
    const { kind } = this.#scanner.peek()
    return ENDS_BLOCK_ENTRY.has(kind) ? emptyBehind(indicator) : this.#node('block-or-indentless')
  }

  #close(kind: TokenKind, problem: string, context: Place): void {
    const token = this.#scanner.peek()
    if (token.kind !== kind) throw this.#error(problem, context, token)
    this.#scanner.skip()
    this.#depth -= 1
  }

  #flowSequence(properties?: NodeProperties): YamlSequence {
    const scanner = this.#scanner
    const start = scanner.peek()
    this.#open(start)
    scanner.skip()
    const items: YamlNode[] = []
    const node = this.#anchors.define(sequence(items, 'flow', properties ?? start))
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

  #takeComma(problem: string, context: Place): void {
    const token = this.#scanner.peek()
    if (token.kind !== 'flow-entry') throw this.#error(problem, context, token)
    this.#scanner.skip()
  }

  /** `key: value` between square brackets: a mapping of one. */
  #flowPair(): YamlMapping {
    const scanner = this.#scanner
    const start = scanner.peek()
    this.#open(start)
    scanner.skip()
    const entries: YamlEntry[] = []
    const node = mapping(entries, 'flow', start)
    const first = scanner.peek()
    let key: YamlNode
    if (ENDS_FLOW_KEY_IN_SEQUENCE.has(first.kind)) {
      scanner.skip() // As libyaml: the `:` of a pair without a key is lost, and so is its value.
      key = emptyBehind(first)
    } else {
      key = this.#node('flow')
    }
    entries.push({ key, value: this.#flowValue('flow-sequence-end') })
    this.#depth -= 1
    return node
  }

  #flowMapping(properties?: NodeProperties): YamlMapping {
    const scanner = this.#scanner
    const start = scanner.peek()
    this.#open(start)
    scanner.skip()
    const entries: YamlEntry[] = []
    const node = this.#anchors.define(mapping(entries, 'flow', properties ?? start))
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
      return { key, value: emptyScalar(scanner.peek()) }
    }
    scanner.skip()
    const token = scanner.peek()
    const isEmpty = ENDS_FLOW_KEY_IN_MAPPING.has(token.kind)
    const key = isEmpty ? emptyScalar(token) : this.#node('flow')
    return { key, value: this.#flowValue('flow-mapping-end') }
  }

  #flowValue(end: TokenKind): YamlNode {
    const scanner = this.#scanner
    const colon = scanner.peek()
    if (colon.kind !== 'value') return emptyScalar(colon)
    scanner.skip()
    const token = scanner.peek()
    const isEmpty = token.kind === 'flow-entry' || token.kind === end
    return isEmpty ? emptyScalar(token) : this.#node('flow')
  }
}
