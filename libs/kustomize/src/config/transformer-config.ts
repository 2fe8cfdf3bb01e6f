import { during } from '../kustomize-error.ts'
import { type Gvk, sameGvk } from '../identity/gvk.ts'
import {
  COMMON_ANNOTATIONS,
  COMMON_LABELS,
  IMAGES,
  NAME_PREFIX,
  NAME_SUFFIX,
  NAMESPACE,
  REPLICAS,
  TEMPLATE_LABELS,
  VOLUME_CLAIM_TEMPLATE_LABELS,
} from './default-field-specs.ts'
import { NAME_REFERENCES } from './default-name-references.ts'
import { VAR_REFERENCES } from './default-var-references.ts'
import {
  compareGvks,
  type FieldSpec,
  mergeFieldSpecs,
  parseFieldSpec,
  parseGvkSelector,
} from './field-spec.ts'

/** An object that others name, and the fields in which they do. */
export interface NameReference extends Gvk {
  readonly referrers: readonly FieldSpec[]
}

const SPEC_FIELDS = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'templateLabels',
  'volumeClaimTemplateLabels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const

/** Which fields each transformer writes: kustomize's defaults, and what `configurations` and `crds` add. */
export type TransformerConfig = Readonly<
  Record<(typeof SPEC_FIELDS)[number], readonly FieldSpec[]>
> & {
  readonly nameReference: readonly NameReference[]
}

export const EMPTY_CONFIG: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  volumeClaimTemplateLabels: [],
  commonAnnotations: [],
  varReference: [],
  images: [],
  replicas: [],
  nameReference: [],
}

export const DEFAULT_CONFIG: TransformerConfig = sortConfig({
  namePrefix: NAME_PREFIX.map(parseFieldSpec),
  nameSuffix: NAME_SUFFIX.map(parseFieldSpec),
  namespace: NAMESPACE.map(parseFieldSpec),
  commonLabels: COMMON_LABELS.map(parseFieldSpec),
  labels: [],
  templateLabels: TEMPLATE_LABELS.map(parseFieldSpec),
  volumeClaimTemplateLabels: VOLUME_CLAIM_TEMPLATE_LABELS.map(parseFieldSpec),
  commonAnnotations: COMMON_ANNOTATIONS.map(parseFieldSpec),
  varReference: VAR_REFERENCES.map(parseFieldSpec),
  images: IMAGES.map(parseFieldSpec),
  replicas: REPLICAS.map(parseFieldSpec),
  nameReference: NAME_REFERENCES.map(([target, referrers]) =>
    Object.assign(parseGvkSelector(target), { referrers: referrers.map(parseFieldSpec) }),
  ),
})

const MERGED = new WeakMap<TransformerConfig, WeakMap<TransformerConfig, TransformerConfig>>()

/**
 * Merges two sets of rules. Not even merging into nothing leaves rules as they are: one for any kind that comes after one
 * for some kind with the same path is dropped. What was merged before is remembered. @throws KustomizeError when they
 * contradict one another
 */
export function mergeConfigs(
  config: TransformerConfig,
  more: TransformerConfig,
): TransformerConfig {
  if (more === EMPTY_CONFIG || more === config) return config
  const known = MERGED.get(config)?.get(more)
  if (known !== undefined) return known
  const merged = mergeAll(config, more)
  const ofConfig = MERGED.get(config) ?? new WeakMap<TransformerConfig, TransformerConfig>()
  MERGED.set(config, ofConfig.set(more, merged))
  return merged
}

function mergeAll(config: TransformerConfig, more: TransformerConfig): TransformerConfig {
  const merged: { -readonly [Key in keyof TransformerConfig]: TransformerConfig[Key] } = {
    ...config,
  }
  for (const name of SPEC_FIELDS)
    merged[name] = during(`failed to merge ${label(name)} fieldSpec`, () =>
      mergeFieldSpecs(config[name], more[name]),
    )
  merged.nameReference = during('failed to merge NameReference fieldSpec', () =>
    mergeNameReferences(config.nameReference, more.nameReference),
  )
  return hasSameRules(config, merged) ? config : sortConfig(merged)
}

function hasSameRules(left: TransformerConfig, right: TransformerConfig): boolean {
  return (
    left.nameReference === right.nameReference &&
    SPEC_FIELDS.every((name) => left[name] === right[name])
  )
}

/** Sorted as kustomize sorts, so that what is done does not depend on the order of files. */
export function sortConfig(config: TransformerConfig): TransformerConfig {
  const sorted: { -readonly [Key in keyof TransformerConfig]: TransformerConfig[Key] } = {
    ...config,
  }
  for (const name of SPEC_FIELDS) sorted[name] = config[name].toSorted(compareGvks)
  sorted.nameReference = config.nameReference.toSorted(compareGvks)
  return sorted
}

/** Adds who names whom; the same list where there is nothing to add. */
export function mergeNameReferences(
  references: readonly NameReference[],
  more: readonly NameReference[],
): readonly NameReference[] {
  const result = [...references]
  for (const reference of more) {
    const at = result.findIndex((each) => sameGvk(each, reference))
    const same = result[at]
    if (same === undefined) {
      result.push(reference)
      continue
    }
    const referrers = mergeFieldSpecs(same.referrers, reference.referrers)
    if (referrers !== same.referrers) result[at] = Object.assign({}, same, { referrers })
  }
  const isSame =
    result.length === references.length && result.every((each, at) => each === references[at])
  return isSame ? references : result
}

function label(name: string): string {
  return name === 'namespace' ? 'NameSpace' : name.charAt(0).toUpperCase() + name.slice(1)
}
