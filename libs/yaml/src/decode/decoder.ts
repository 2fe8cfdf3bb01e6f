import type { Flavour } from '../flavour.ts'
import type { YamlLimits } from '../limits.ts'
import type {
  CollectionStyle,
  YamlAlias,
  YamlEntry,
  YamlMapping,
  YamlNode,
  YamlScalar,
  YamlSequence,
} from '../node.ts'
import type { YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'
import { AliasBudget } from './alias-budget.ts'
import { DuplicateKeys } from './duplicate-keys.ts'
import { LateRefusals } from './late-refusals.ts'
import { isGoInteger } from './resolve.ts'
import { type DecodedKey, decodeKeyOfV2, decodeKeyOfV3 } from './decode-key.ts'
import { decodeScalar, decodeThroughKustomize } from './decode-scalar.ts'

const MERGE_TAG = 'tag:yaml.org,2002:merge'

export interface DecodeRules {
  readonly flavour: Flavour
  readonly duplicateKeys: 'error' | 'last-wins'
  readonly numbers: 'exact' | 'float64' | 'typed'
  readonly limits: YamlLimits
}

/** One walk over one document. */
export class Decoder {
  readonly #rules: DecodeRules
  readonly #budget = new AliasBudget()
  readonly #duplicates: DuplicateKeys
  readonly #openAliases = new Set<YamlAlias>()
  #depth = 0
  #flowDepth = 0
  readonly #late = new LateRefusals()

  constructor(rules: DecodeRules) {
    this.#rules = rules
    this.#duplicates = new DuplicateKeys(rules.duplicateKeys)
  }

  decode(root: YamlNode): YamlValue {
    const value = this.#value(root)
    this.#duplicates.report()
    this.#late.report(value)
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
        this.#fill(map, node, this.#depth === 1 ? TOP : NESTED)
        this.#close(node)
        return map
      }
      case 'sequence': {
        this.#open(node)
        const items = node.items.map((item) => this.#value(item))
        this.#close(node)
        return items
      }
      default:
        return this.#alias(node, () => this.#value(node.target))
    }
  }

  #open(node: YamlSequence | YamlMapping, style: CollectionStyle = node.style): void {
    this.#depth += 1
    if (style === 'flow') this.#flowDepth += 1
    const { depthMax } = this.#rules.limits
    if (this.#depth <= depthMax) return
    const place = `${node.line}:${node.column}`
    throw new YamlError('YAML_DEPTH', `nesting ${depthMax} exceeded at ${place}`, {
      position: node,
    })
  }

  #close(node: YamlSequence | YamlMapping, style: CollectionStyle = node.style): void {
    this.#depth -= 1
    if (style === 'flow') this.#flowDepth -= 1
  }

  #scalar(node: YamlScalar): YamlValue {
    const value =
      this.#rules.flavour === 'yaml2'
        ? decodeScalar(node, 'yaml2')
        : decodeThroughKustomize(node, this.#flowDepth > 0 ? 'flow' : 'block')
    if (typeof value === 'number') return this.#number(node, value)
    if (this.#rules.numbers !== 'float64') return value
    if (typeof value === 'bigint') return Number(value)
    return typeof value === 'string' ? value.toWellFormed() : value
  }

  #number(node: YamlScalar, value: number): YamlValue {
    if (!Number.isFinite(value)) this.#late.addNumber(node, value)
    const { numbers, flavour } = this.#rules
    return numbers === 'typed' && isGoInteger(node, flavour) ? BigInt(value) : value
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

  #fill(map: Map<string, YamlValue>, node: YamlMapping, into: Filling): void {
    if (this.#rules.flavour === 'yaml2') this.#fillAsV2(map, node)
    else this.#fillAsV3(map, node, into)
  }

  /** A merge overwrites what stands above it, and is overwritten by what stands below. */
  #fillAsV2(map: Map<string, YamlValue>, node: YamlMapping): void {
    for (const entry of node.entries) {
      if (isMerge(entry.key, 'yaml2')) {
        this.#merge(map, entry.value, NESTED)
        continue
      }
      const key = this.#key(map, entry.key, (scalar) => decodeKeyOfV2(scalar, entry.value))
      const value = this.#value(entry.value)
      const name = typeof key === 'string' ? key : key.name
      if (!this.#duplicates.isRefused(map, key, { entry, node })) map.set(name, value)
    }
  }

  /**
   * A merge fills in what neither the mapping nor one that was merged before it has. Kustomize refuses a second `<<`, drops one
   * that is quoted, and takes the first of two equal keys where they are merged.
   */
  #fillAsV3(map: Map<string, YamlValue>, node: YamlMapping, { taken, place }: Filling): void {
    const dropped = node.entries.find(isWrittenMerge)
    const merge = dropped === undefined ? undefined : mergeOfV3(node)
    if (taken === undefined && this.#duplicates.hasWritten(node)) return
    for (const entry of node.entries) {
      if (entry === merge || entry === dropped) continue
      const key = this.#key(map, entry.key, (scalar) => decodeKeyOfV3(scalar, place))
      const name = typeof key === 'string' ? key : key.name
      if (taken?.has(name) === true) continue
      taken?.add(name)
      map.set(name, this.#value(entry.value))
    }
    if (merge === undefined) return
    this.#merge(map, merge.value, { taken: taken ?? new Set(map.keys()), place })
  }

  #key(
    map: Map<string, YamlValue>,
    key: YamlNode,
    decode: (key: YamlNode) => string | DecodedKey,
  ): string | DecodedKey {
    this.#budget.count(key)
    if (key.kind === 'alias') return this.#alias(key, () => this.#key(map, key.target, decode))
    if (key.kind !== 'scalar') this.#value(key) // What is wrong inside it comes first.
    const decoded = decode(key)
    if (typeof decoded !== 'string' && decoded.refused !== undefined)
      this.#late.addKey(map, decoded.refused)
    return decoded
  }

  #merge(map: Map<string, YamlValue>, node: YamlNode, into: Filling): void {
    if (node.kind === 'sequence') {
      const isV2 = this.#rules.flavour === 'yaml2'
      const items = isV2 ? node.items.toReversed() : node.items // Earlier ones win in both.
      for (const item of items) this.#mergeOne(map, item, into)
    } else {
      this.#mergeOne(map, node, into)
    }
  }

  #mergeOne(map: Map<string, YamlValue>, node: YamlNode, into: Filling): void {
    const target = mergedBy(node)
    if (target === undefined) throw refuseMerge(node, this.#rules.flavour)
    this.#budget.count(node)
    const fill = (): void => {
      if (node !== target) this.#budget.count(target)
      this.#open(target, 'block') // Its entries stand in the mapping that merges it.
      this.#fill(map, target, into)
      this.#close(target, 'block')
    }
    if (node.kind === 'alias') this.#alias(node, fill)
    else fill()
  }
}

/** What a mapping is filled into: its own map, or that of the mapping that merges it, of which some keys are `taken`. */
interface Filling {
  readonly taken: Set<string> | undefined
  readonly place: 'top' | 'nested'
}

const TOP: Filling = { taken: undefined, place: 'top' }
const NESTED: Filling = { taken: undefined, place: 'nested' }

function mergedBy(node: YamlNode): YamlMapping | undefined {
  const target = node.kind === 'alias' ? node.target : node
  return target.kind === 'mapping' ? target : undefined
}

function isMerge(key: YamlNode, flavour: Flavour): boolean {
  if (key.kind !== 'scalar' || key.value !== '<<') return false
  if (key.tag === MERGE_TAG) return true
  if (key.tag === '!') return flavour === 'yaml2' || key.style === 'plain'
  return key.tag === '' && key.style === 'plain'
}

function isWrittenMerge({ key }: YamlEntry): boolean {
  return key.kind === 'scalar' && key.value === '<<'
}

/** The one `<<` of a mapping, if it has one. */
function mergeOfV3(node: YamlMapping): YamlEntry | undefined {
  let merge: YamlEntry | undefined
  for (const entry of node.entries) {
    if (!isMerge(entry.key, 'yaml3')) continue
    if (merge !== undefined) {
      const { line, column } = entry.key
      throw new YamlError('YAML_MERGE', `second << of a mapping at ${line}:${column}`, {
        position: entry.key,
        upstream: 'duplicate merge key',
      })
    }
    merge = entry
  }
  if (merge !== undefined) checkMerge(merge.value)
  return merge
}

function checkMerge(value: YamlNode): void {
  const wrong = (value.kind === 'sequence' ? value.items : [value]).find(
    (node) => mergedBy(node) === undefined,
  )
  if (wrong !== undefined) throw refuseMerge(wrong, 'yaml3')
}

/** Kustomize merges before its library does, and has words of its own for two of the cases. */
function refuseMerge(node: YamlNode, flavour: Flavour): YamlError {
  const words = 'map merge requires map or sequence of maps as the value'
  const own = node.kind === 'alias' ? 'alias for a non-map value' : 'a nested sequence'
  const isOwn = flavour === 'yaml3' && node.kind !== 'scalar'
  return new YamlError('YAML_MERGE', `<< is no mapping at ${node.line}:${node.column}`, {
    position: node,
    upstream: isOwn ? `invalid map merge: received ${own}` : `yaml: ${words}`,
  })
}
