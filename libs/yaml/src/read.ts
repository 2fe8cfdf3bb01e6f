import { assert } from '@tidemark/kernel'
import { Composer } from './composer/composer.ts'
import { Decoder } from './decode/decoder.ts'
import type { Flavour } from './flavour.ts'
import { DEPTH_MAX, defaultLimits, type YamlLimits } from './limits.ts'
import type { YamlNode } from './node.ts'
import { readText } from './read-text.ts'
import type { YamlValue } from './value.ts'
import { YamlError } from './yaml-error.ts'

export interface ReadOptions {
  readonly flavour: Flavour
  /**
   * `error`: manifests and kustomizations, as every strict reader of Kubernetes. `last-wins`: Helm's values, as
   * sigs.k8s.io/yaml reads them.
   */
  readonly duplicateKeys: 'error' | 'last-wins'
  /**
   * `exact` (the default) keeps integers of 64 bits, as the API server does. `float64` rounds them, as Go does where the
   * target has no type: Helm's values, `fromYaml`. `typed` tells a float (`number`) from an integer (always `bigint`).
   */
  readonly numbers?: 'exact' | 'float64' | 'typed'
  readonly limits?: Partial<YamlLimits>
}

export interface ParseOptions extends Pick<ReadOptions, 'flavour' | 'limits'> {
  /** `first`: what is behind the first document is not even looked at, as Go's decoders do. `all` by default. */
  readonly documents?: 'all' | 'first'
}

/**
 * The documents of a text, as they were written. A text without content has none; an empty document between two `---`
 * is a null. Throws YamlError.
 */
export function parseDocuments(
  text: string | Uint8Array,
  options: ParseOptions,
): readonly YamlNode[] {
  const limits = limitsOf(options.limits)
  const composer = new Composer(readText(text), options.flavour, limits)
  const documents: YamlNode[] = []
  for (let node = composer.next(); node !== undefined; node = composer.next()) {
    if (documents.length === limits.documentsMax) {
      const count = limits.documentsMax.toLocaleString('en-US')
      throw new YamlError('YAML_DOCUMENTS', `${count} exceeded at line ${node.line}`, {
        position: node,
      })
    }
    documents.push(node)
    if (options.documents === 'first') break
  }
  return documents
}

/** What a node means, with its aliases followed and its merge keys merged. Throws YamlError. */
export function toValue(node: YamlNode, options: ReadOptions): YamlValue {
  return new Decoder({
    flavour: options.flavour,
    duplicateKeys: options.duplicateKeys,
    numbers: options.numbers ?? 'exact',
    limits: limitsOf(options.limits),
  }).decode(node)
}

/**
 * The value of the first document, null where there is none. What is behind the first document is not read, as
 * `Unmarshal` of the Go libraries does. Throws YamlError.
 */
export function parseYaml(text: string | Uint8Array, options: ReadOptions): YamlValue {
  const { flavour, limits = {} } = options
  const [node] = parseDocuments(text, { flavour, limits, documents: 'first' })
  return node === undefined ? null : toValue(node, options)
}

/** The values of all documents, empty ones included. Throws YamlError. */
export function parseYamlStream(
  text: string | Uint8Array,
  options: ReadOptions,
): readonly YamlValue[] {
  const { flavour, limits = {} } = options
  return parseDocuments(text, { flavour, limits }).map((node) => toValue(node, options))
}

function limitsOf(limits: Partial<YamlLimits> = {}): YamlLimits {
  const all = { ...defaultLimits, ...limits }
  assert(all.depthMax >= 1 && all.depthMax <= DEPTH_MAX, `depthMax is between 1 and ${DEPTH_MAX}`)
  return all
}
