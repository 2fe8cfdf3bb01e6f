import type { YamlPosition } from './yaml-error.ts'

/** A document as it was written: places, styles, tags, anchors. Lines and columns count from 1. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping | YamlAlias

export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal' | 'folded'

export type CollectionStyle = 'block' | 'flow'

interface Properties extends YamlPosition {
  /** In its long form (`tag:yaml.org,2002:str`), `!local`, or empty when none was written. */
  readonly tag: string
  /** Empty when none was written. */
  readonly anchor: string
}

export interface YamlScalar extends Properties {
  readonly kind: 'scalar'
  /** The text after quotes, escapes and folding. */
  readonly value: string
  readonly style: ScalarStyle
}

export interface YamlSequence extends Properties {
  readonly kind: 'sequence'
  readonly style: CollectionStyle
  readonly items: readonly YamlNode[]
}

export interface YamlMapping extends Properties {
  readonly kind: 'mapping'
  readonly style: CollectionStyle
  /** As written: duplicates, merge keys and keys that are no text are all here. */
  readonly entries: readonly YamlEntry[]
}

export interface YamlEntry {
  readonly key: YamlNode
  readonly value: YamlNode
}

export interface YamlAlias extends YamlPosition {
  readonly kind: 'alias'
  readonly name: string
  /** The node that carries the anchor. It can be a parent of the alias: walk it with a bound. */
  readonly target: YamlNode
}
