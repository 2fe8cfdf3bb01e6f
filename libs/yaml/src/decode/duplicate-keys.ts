import type { YamlEntry, YamlMapping, YamlNode } from '../node.ts'
import type { YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'
import type { DecodedKey } from './decode-key.ts'
import { goQuote } from './go-syntax.ts'

const REPORTED_MAX = 100 // The first is ours; more of them only fill Go's text.

/** Keys that were written twice. Go reads on and names them all, so they are thrown at the end. */
export class DuplicateKeys {
  readonly #isRefused: boolean
  readonly #lines: string[] = []
  #first: { readonly key: string; readonly at: YamlNode; readonly first: YamlNode } | undefined

  constructor(rule: 'error' | 'last-wins') {
    this.#isRefused = rule === 'error'
  }

  /** As v2: a key is a duplicate when the map has it, be it from a merge. */
  isRefused(
    map: ReadonlyMap<string, YamlValue>,
    key: string | DecodedKey,
    { entry, node }: { readonly entry: YamlEntry; readonly node: YamlMapping },
  ): boolean {
    const name = typeof key === 'string' ? key : key.name
    if (!this.#isRefused || !map.has(name)) return false
    const shown = typeof key === 'string' ? goQuote(key) : key.shown
    const text = textOf(entry.key)
    const first = node.entries.find((other) => textOf(other.key) === text)?.key ?? entry.key
    this.#first ??= { key: name, at: entry.key, first }
    this.#note(`line ${entry.value.line}: key ${shown} already set in map`)
    return true
  }

  /** As v3: two keys of one kind with one text, in the mapping as it is written. It does not look into such a mapping. */
  hasWritten({ entries }: YamlMapping): boolean {
    if (!this.#isRefused || entries.length < 2) return false
    const names = new Set<string>()
    for (const { key } of entries) names.add(nameOf(key))
    if (names.size === entries.length) return false
    const places = Map.groupBy(
      entries.map(({ key }) => key),
      nameOf,
    )
    for (const same of places.values()) this.#noteAll(same)
    return true
  }

  #noteAll(keys: readonly YamlNode[]): void {
    for (const [index, first] of keys.entries()) {
      for (const at of keys.slice(index + 1)) {
        if (this.#lines.length >= REPORTED_MAX) return
        const key = textOf(at)
        this.#first ??= { key, at, first }
        const text = JSON.stringify(key)
        this.#note(`line ${at.line}: mapping key ${text} already defined at line ${first.line}`)
      }
    }
  }

  #note(line: string): void {
    if (this.#lines.length < REPORTED_MAX) this.#lines.push(`\n  ${line}`)
  }

  report(): void {
    if (this.#first === undefined) return
    const { key, at, first } = this.#first
    const place = `${at.line}:${at.column}, first at ${first.line}:${first.column}`
    throw new YamlError('YAML_DUPLICATE_KEY', `${JSON.stringify(key)} at ${place}`, {
      position: at,
      upstream: `yaml: unmarshal errors:${this.#lines.join('')}`,
    })
  }
}

function textOf(key: YamlNode): string {
  if (key.kind === 'scalar') return key.value
  return key.kind === 'alias' ? key.name : ''
}

/** Text, with a mark in front where it is the name of an alias or a collection. */
function nameOf(key: YamlNode): string {
  return key.kind === 'scalar' ? key.value : `\0${key.kind} ${textOf(key)}`
}
