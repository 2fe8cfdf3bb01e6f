import type { Flavour } from '../flavour.ts'
import type { YamlLimits } from '../limits.ts'
import type { YamlAlias, YamlMapping, YamlNode, YamlScalar } from '../node.ts'
import type { YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'
import { AliasBudget } from './alias-budget.ts'
import { DuplicateKeys } from './duplicate-keys.ts'
import { decodeScalar } from './decode-scalar.ts'
import { decodeKey } from './decode-key.ts'

const MERGE_TAG = 'tag:yaml.org,2002:merge'

export interface DecodeRules {
  readonly flavour: Flavour
  readonly duplicateKeys: 'error' | 'last-wins'
  readonly numbers: 'exact' | 'float64'
  readonly limits: YamlLimits
}

/** One walk over one document. */
export class Decoder {
  readonly #rules: DecodeRules
  readonly #budget = new AliasBudget()
  readonly #duplicates: DuplicateKeys
  readonly #openAliases = new Set<YamlAlias>()
  #depth = 0
  /** What Go meets only after all else was read: a value or a key that JSON cannot hold. */
  #late: YamlError | undefined

  constructor(rules: DecodeRules) {
    this.#rules = rules
    this.#duplicates = new DuplicateKeys(rules)
  }

  decode(root: YamlNode): YamlValue {
    const value = this.#value(root)
    this.#duplicates.report()
    if (this.#late !== undefined) throw this.#late
    return value
  }

  #value(node: YamlNode): YamlValue {
    this.#budget.count(node)
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node)
      case 'mapping': {
        this.#open(node)
        const map = new Map<string, YamlValue>()
        this.#fill(map, node, undefined)
        this.#depth -= 1
        return map
      }
      case 'sequence': {
        this.#open(node)
        const items = node.items.map((item) => this.#value(item))
        this.#depth -= 1
        return items
      }
      default:
        return this.#alias(node, () => this.#value(node.target))
    }
  }

  #open(node: YamlNode): void {
    this.#depth += 1
    const { depthMax } = this.#rules.limits
    if (this.#depth <= depthMax) return
    const position = { line: node.line, column: node.column }
    throw new YamlError(
      'YAML_DEPTH',
      `nesting ${depthMax} exceeded at ${node.line}:${node.column}`,
      { position },
    )
  }

  #scalar(node: YamlScalar): YamlValue {
    const value = decodeScalar(node, this.#rules.flavour)
    if (typeof value === 'number' && !Number.isFinite(value)) this.#refuseInfinity(node, value)
    if (typeof value === 'bigint' && this.#rules.numbers === 'float64') return Number(value)
    return value
  }

  /** JSON has no such number, and everything that v2 reads becomes JSON. */
  #refuseInfinity(node: YamlScalar, value: number): void {
    if (this.#rules.flavour !== 'yaml2') return
    const text = Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`
    this.#refuseLate(
      new YamlError('YAML_NUMBER', `${text} is no JSON number at ${node.line}:${node.column}`, {
        position: node,
        upstream: `json: unsupported value: ${text}`,
      }),
    )
  }

  #refuseLate(error: YamlError): void {
    this.#late ??= error
  }

  #alias<T>(node: YamlAlias, follow: () => T): T {
    if (this.#openAliases.has(node)) {
      throw new YamlError(
        'YAML_ALIAS',
        `anchor ${node.name} contains itself at ${node.line}:${node.column}`,
        { position: node, upstream: `yaml: anchor '${node.name}' value contains itself` },
      )
    }
    this.#openAliases.add(node)
    this.#budget.enter()
    const result = follow()
    this.#budget.leave()
    this.#openAliases.delete(node)
    return result
  }

  #fill(map: Map<string, YamlValue>, node: YamlMapping, taken: Set<string> | undefined): void {
    if (this.#rules.flavour === 'yaml2') this.#fillAsV2(map, node)
    else this.#fillAsV3(map, node, taken)
  }

  /** A merge overwrites what stands above it, and is overwritten by what stands below. */
  #fillAsV2(map: Map<string, YamlValue>, node: YamlMapping): void {
    for (const entry of node.entries) {
      if (isMerge(entry.key, 'yaml2')) {
        this.#merge(map, entry.value, undefined)
        continue
      }
      const name = this.#key(entry.key, entry.value)
      const value = this.#value(entry.value)
      if (!this.#duplicates.isRefused(map, name, entry)) map.set(name, value)
    }
  }

  /** A merge fills in what neither the mapping nor one that was merged before it has (`taken`). */
  #fillAsV3(map: Map<string, YamlValue>, node: YamlMapping, taken: Set<string> | undefined): void {
    this.#duplicates.checkWritten(node)
    let merged: YamlNode | undefined
    for (const { key, value } of node.entries) {
      if (isMerge(key, 'yaml3')) {
        merged = value
        continue
      }
      const name = this.#key(key, value)
      if (taken?.has(name) === true) continue
      taken?.add(name)
      map.set(name, this.#value(value))
    }
    if (merged !== undefined) this.#merge(map, merged, taken ?? new Set(map.keys()))
  }

  #key(key: YamlNode, value: YamlNode): string {
    this.#budget.count(key)
    if (key.kind === 'alias') return this.#alias(key, () => this.#key(key.target, value))
    if (key.kind === 'scalar' && key.style !== 'plain' && key.tag === '') return key.value
    const decoded = decodeKey(key, value, this.#rules.flavour)
    if (typeof decoded === 'string') return decoded
    this.#refuseLate(decoded)
    return key.kind === 'scalar' ? key.value : ''
  }

  #merge(map: Map<string, YamlValue>, node: YamlNode, taken: Set<string> | undefined): void {
    if (node.kind === 'sequence') {
      const isV2 = this.#rules.flavour === 'yaml2'
      const items = isV2 ? node.items.toReversed() : node.items // Earlier ones win in both.
      for (const item of items) this.#mergeOne(map, item, taken)
    } else {
      this.#mergeOne(map, node, taken)
    }
  }

  #mergeOne(map: Map<string, YamlValue>, node: YamlNode, taken: Set<string> | undefined): void {
    const target = node.kind === 'alias' ? node.target : node
    if (target.kind !== 'mapping') {
      throw new YamlError('YAML_MERGE', `<< is no mapping at ${node.line}:${node.column}`, {
        position: node,
        upstream: 'yaml: map merge requires map or sequence of maps as the value',
      })
    }
    this.#budget.count(node)
    const fill = (): void => {
      if (node !== target) this.#budget.count(target)
      this.#open(node)
      this.#fill(map, target, taken)
      this.#depth -= 1
    }
    if (node.kind === 'alias') this.#alias(node, fill)
    else fill()
  }
}

function isMerge(key: YamlNode, flavour: Flavour): boolean {
  if (key.kind !== 'scalar' || key.value !== '<<') return false
  if (key.tag === MERGE_TAG) return true
  if (key.tag === '!') return flavour === 'yaml2' || key.style === 'plain'
  return key.tag === '' && key.style === 'plain'
}
