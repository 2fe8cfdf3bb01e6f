import type {
  CollectionStyle,
  YamlEntry,
  YamlMapping,
  YamlNode,
  YamlScalar,
  YamlSequence,
} from '../node.ts'
import { YamlError, type YamlPosition } from '../yaml-error.ts'
import type { Place, Token, TokenKind } from '../scanner/token.ts'

/** What was written in front of a node. */
export interface NodeProperties extends Place {
  readonly tag: string
  readonly anchor: string
}

export const STARTS_DOCUMENT: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'version-directive',
  'tag-directive',
  'document-start',
])

export const ENDS_DOCUMENT: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...STARTS_DOCUMENT,
  'document-end',
  'stream-end',
])

export const ENDS_BLOCK_ENTRY: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'key',
  'value',
  'block-end',
])

export const ENDS_FLOW_KEY_IN_SEQUENCE: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'value',
  'flow-entry',
  'flow-sequence-end',
])

export const ENDS_FLOW_KEY_IN_MAPPING: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'value',
  'flow-entry',
  'flow-mapping-end',
])

/** A place as messages name it. */
export function at({ line, column }: Place): string {
  return `${line + 1}:${column + 1}`
}

/** A place as errors have it. */
export function positionOf({ line, column }: Place): YamlPosition {
  return { line: line + 1, column: column + 1 }
}

/** Where a collection starts, or what was written in front of it. */
type Start = NodeProperties | Token

/** A sequence whose items are still to come. */
export function sequence(
  items: readonly YamlNode[],
  style: CollectionStyle,
  start: Start,
): YamlSequence {
  const { tag, anchor, line, column } = propertiesOf(start)
  return { kind: 'sequence', style, items, tag, anchor, line: line + 1, column: column + 1 }
}

/** A mapping whose entries are still to come. */
export function mapping(
  entries: readonly YamlEntry[],
  style: CollectionStyle,
  start: Start,
): YamlMapping {
  const { tag, anchor, line, column } = propertiesOf(start)
  return { kind: 'mapping', style, entries, tag, anchor, line: line + 1, column: column + 1 }
}

function propertiesOf(start: Start): NodeProperties {
  return 'kind' in start ? { line: start.line, column: start.column, tag: '', anchor: '' } : start
}

/** The node of a scalar token. */
export function scalar(token: Token, properties?: NodeProperties): YamlScalar {
  const { line, column } = properties ?? token
  return {
    kind: 'scalar',
    value: token.value,
    style: token.style,
    tag: properties?.tag ?? '',
    anchor: properties?.anchor ?? '',
    line: line + 1,
    column: column + 1,
  }
}

/** The null that stands where nothing was written. */
export function emptyScalar(place: Place, properties?: NodeProperties): YamlScalar {
  return {
    kind: 'scalar',
    value: '',
    style: 'plain',
    tag: properties?.tag ?? '',
    anchor: properties?.anchor ?? '',
    line: place.line + 1,
    column: place.column + 1,
  }
}

/** The null behind an indicator. */
export function emptyBehind({ endLine, endColumn }: Token): YamlScalar {
  return emptyScalar({ line: endLine, column: endColumn })
}

/** `!!js/function`, `!!python/object/apply:os.system`: a tag that names code. Go ignores these; we refuse them. */
const FOREIGN_TAG = /^tag:yaml\.org,2002:(?:js|python|ruby|perl|php|java)\//

/** Throws YAML_TAG for the tag of a language. */
export function refuseForeignTag(tag: string, place: Place): void {
  if (!FOREIGN_TAG.test(tag)) return
  const name = tag.replace(/^tag:yaml\.org,2002:/, '!!')
  throw new YamlError('YAML_TAG', `unknown tag ${name} at ${at(place)}`, {
    position: positionOf(place),
  })
}
