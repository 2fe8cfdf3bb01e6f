import type { YamlEntry, YamlMapping, YamlNode } from '../node.ts'
import type { YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'
import type { DecodedKey } from './decode-key.ts'

const REPORTED_MAX = 100 // The first is ours; more of them only fill Go's text.

/** Keys that were written twice. Go reads on and names them all, so they are thrown at the end. */
export class DuplicateKeys {
  readonly #isRefused: boolean
  readonly #lines: string[] = []
  /** Where v2 met a key first, by map and key: only kept where duplicates are refused. */
  readonly #places = new WeakMap<ReadonlyMap<string, YamlValue>, Map<string, YamlNode>>()
  #first: { readonly key: string; readonly at: YamlNode; readonly first: YamlNode } | undefined

  constructor(rule: 'error' | 'last-wins') {
    this.#isRefused = rule === 'error'
  }

  /** As v2: a key is a duplicate when the map has it, be it from a merge. */
  isRefused(map: ReadonlyMap<string, YamlValue>, key: DecodedKey, entry: YamlEntry): boolean {
    if (!this.#isRefused) return false
    let places = this.#places.get(map)
    if (places === undefined) this.#places.set(map, (places = new Map()))
    const first = places.get(key.name)
    if (first === undefined) {
      places.set(key.name, entry.key)
      return false
    }
    this.#first ??= { key: key.name, at: entry.key, first }
    this.#note(`line ${entry.value.line}: key ${key.shown} already set in map`)
    return true
  }

  /** As v3: two keys of one kind with one text, in the mapping as it is written. It does not look into such a mapping. */
  hasWritten(node: YamlMapping): boolean {
    if (!this.#isRefused || node.entries.length < 2) return false
    const places = new Map<string, YamlNode[]>()
    let found = false
    for (const { key } of node.entries) {
      const name = `${key.kind} ${textOf(key)}`
      const same = places.get(name)
      if (same === undefined) {
        places.set(name, [key])
        continue
      }
      same.push(key)
      found = true
    }
    if (found) for (const same of places.values()) this.#noteAll(same)
    return found
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
