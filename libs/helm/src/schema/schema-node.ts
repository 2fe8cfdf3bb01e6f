import { type GoMap, type Regex, type Value } from '@tidemark/go-template'

export type Draft = 4 | 6 | 7 | 2019 | 2020

/** A document with its own URL, within which `#…` is resolved. */
export interface Resource {
  readonly url: string
  readonly draft: Draft
  readonly root: Value
  readonly anchors: Map<string, GoMap>
  readonly dynamicAnchors: Map<string, GoMap>
  /** Formats are checked: always before 2019, and in metaschemas. */
  readonly checksFormats: boolean
}

/** One schema, with the keywords of its draft ready for use. Subschemas are compiled when they are asked for. */
export interface SchemaNode {
  /** Its URL with the pointer to it. */
  readonly location: string
  readonly resource: Resource
  /** `true` or `false` as a whole schema. */
  readonly always: boolean | undefined
  readonly keywords: GoMap
  readonly pattern: Regex | undefined
  /** How much `enum` and `const` hold. */
  readonly weight: number
  readonly patternProperties: readonly (readonly [Regex, string])[]
}
