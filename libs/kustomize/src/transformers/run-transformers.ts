import { printJson, printYaml } from '@tidemark/yaml'
import { during, KustomizeError, shortened } from '../kustomize-error.ts'
import { type FieldSpec, mergeFieldSpecs } from '../config/field-spec.ts'
import type { TransformerConfig } from '../config/transformer-config.ts'
import { idKey, idText } from '../identity/resource-id.ts'
import type { Kustomization } from '../kustomization/model.ts'
import { keepAlike } from '../node/alike.ts'
import { EMPTY_MAPPING, type Node } from '../node/node.ts'
import { nameOf } from '../node/remembered.ts'
import { nodeToValue } from '../node/to-value.ts'
import { configureTransformers, type Step } from '../plugins/configure-plugins.ts'
import { loadReplacements } from '../replacements/load-replacements.ts'
import { replacementTransformer } from '../replacements/replacement-transformer.ts'
import type { Layer, Resource } from '../resource.ts'
import type { ResourceSet } from '../resource-set.ts'
import type { Accumulator } from '../target/accumulator.ts'
import type { Stage } from '../target/stage.ts'
import { builtinOrigin, noteStep } from '../target/origin-notes.ts'
import { imageTransformer } from './images.ts'
import { annotationsTransformer, labelTransformer } from './labels-annotations.ts'
import { prefixTransformer, suffixTransformer } from './name-affix.ts'
import { namespaceTransformer } from './namespace.ts'
import {
  json6902Transformer,
  patchTransformer,
  printConfig,
  strategicMergeTransformer,
} from './patches.ts'
import { replicaTransformer } from './replicas.ts'
import { changeOne, type Transformer } from './transformer.ts'

/** Runs what the fields of a kustomization ask for, in the order of kustomize, then the transformers that it lists. */
export function runTransformers(stage: Stage, all: Accumulator): void {
  const { kustomization, fileName } = stage.target
  const { origin } = stage
  const own = builtinTransformers(stage, all.config).map((transformer): Step => ({
    transformer,
    origin: origin === undefined ? undefined : builtinOrigin(origin, fileName, transformer.kind),
  }))
  const listed = configureTransformers(stage, kustomization.transformers ?? [], 'transformers')
  for (const { transformer, origin: note } of [...own, ...listed]) {
    runOne(stage, all.set, transformer)
    all.set.dropEmpty()
    if (note !== undefined) for (const resource of all.set.resources) noteStep(resource, note)
  }
}

/** Runs the validators: transformers that may change nothing but a label that says that they ran. */
export function runValidators(stage: Stage, all: Accumulator): void {
  const list = stage.target.kustomization.validators ?? []
  if (list.length === 0) return
  for (const { transformer } of configureTransformers(stage, list, 'validators')) {
    const before = new Map(all.set.resources.map(({ id, node }) => [idKey(id), node]))
    transformer.transform(all.set)
    for (const resource of all.set.resources) withoutMark(resource)
    refuseChanges(all.set.resources, before)
  }
}

/** Takes the mark off. Upstream writes the other labels anew then, and takes that for a change. */
function withoutMark(resource: Resource): void {
  const { labels } = resource
  if (!labels.delete('validated-by')) return
  if (labels.size > 0) refuseChange(resource)
  resource.setLabels(labels)
}

function refuseChanges(
  resources: readonly Resource[],
  before: ReadonlyMap<string, Node | undefined>,
): void {
  for (const resource of resources) {
    const old = before.get(idKey(resource.id))
    const isSame =
      old === resource.node || (old !== undefined && printed(old) === printed(resource.node))
    if (!isSame) refuseChange(resource)
  }
}

function printed(node: Node | undefined): string {
  return printJson(nodeToValue(node ?? EMPTY_MAPPING))
}

function refuseChange({ id }: Resource): never {
  throw new KustomizeError(
    'KUSTOMIZE_PLUGIN',
    `validator shouldn't modify the resource map: nodes unequal: ${idText(id)}`,
    { hint: 'list it in "transformers"' },
  )
}

/** Runs a transformer, and notes it on each object that it changed. */
function runOne(stage: Stage, set: ResourceSet, transformer: Transformer): void {
  stage.target.build.transform(set.resources.length)
  const before = new Map(set.resources.map((resource) => [resource, resource.node]))
  transformer.transform(set)
  const layer: Layer = {
    kustomization: stage.target.loader.locate(stage.target.fileName),
    transformer: transformer.kind,
    ...(transformer.path === undefined ? {} : { path: transformer.path }),
  }
  for (const resource of set.resources) {
    const old = before.get(resource)
    if (old === resource.node) continue
    resource.addLayer(layer)
    changeOne(resource, `alike ${nameOf(old ?? EMPTY_MAPPING)}`, () => {
      resource.node = keepAlike(old, resource.node)
    })
  }
}

function builtinTransformers(stage: Stage, config: TransformerConfig): readonly Transformer[] {
  return [
    ...patchTransformers(stage),
    ...namingTransformers(stage.target.kustomization, config),
    ...labelTransformers(stage, config),
    ...valueTransformers(stage, config),
  ]
}

function patchTransformers({ target }: Stage): readonly Transformer[] {
  const { patchesStrategicMerge: strategic = [], patches = [] } = target.kustomization
  const made = patches.map((patch) =>
    configure(
      'PatchTransformer',
      () => printConfig(patch),
      () => patchTransformer(patch, target),
    ),
  )
  if (strategic.length === 0) return made
  const told = (): string => printYaml(new Map([['paths', strategic]]), 'yaml2')
  const first = configure('PatchStrategicMergeTransformer', told, () =>
    strategicMergeTransformer(strategic, target),
  )
  return [first, ...made]
}

function namingTransformers(
  { namespace, namePrefix, nameSuffix }: Kustomization,
  config: TransformerConfig,
): readonly Transformer[] {
  const made: Transformer[] = []
  if (namespace !== '') {
    const fieldSpecs = config.namespace
    made.push(
      namespaceTransformer({ namespace, fieldSpecs, unsetOnly: false, subjects: 'defaultOnly' }),
    )
  }
  if (namePrefix !== '') made.push(prefixTransformer(namePrefix, config.namePrefix))
  if (nameSuffix !== '') made.push(suffixTransformer(nameSuffix, config.nameSuffix))
  return made
}

function valueTransformers({ target }: Stage, config: TransformerConfig): readonly Transformer[] {
  const { kustomization, loader } = target
  const { commonAnnotations, patchesJson6902 = [], replacements = [] } = kustomization
  const made: Transformer[] = []
  if (commonAnnotations !== undefined && commonAnnotations.size > 0)
    made.push(annotationsTransformer(commonAnnotations, config.commonAnnotations))
  for (const patch of patchesJson6902)
    made.push(
      configure(
        'PatchJson6902Transformer',
        () => printConfig(patch),
        () => json6902Transformer(patch, target),
      ),
    )
  for (const replica of kustomization.replicas ?? [])
    made.push(replicaTransformer(replica, config.replicas))
  for (const image of kustomization.images ?? []) made.push(imageTransformer(image, config.images))
  if (replacements.length === 0) return made
  const last = configure(
    'ReplacementTransformer',
    () => '',
    () => replacementTransformer(loadReplacements(replacements, loader)),
  )
  return [...made, last]
}

function configure(kind: string, told: () => string, make: () => Transformer): Transformer {
  return during(
    () => `trouble configuring builtin ${kind} with config: \`\n${shortened(told())}\``,
    make,
  )
}

const METADATA_LABELS: FieldSpec = {
  group: '',
  version: '',
  kind: '',
  path: 'metadata/labels',
  create: true,
}

function labelTransformers({ target }: Stage, config: TransformerConfig): readonly Transformer[] {
  const { labels = [], commonLabels } = target.kustomization
  const made = labels.map((label) => {
    const specs = during('failed to merge labels', () => {
      const own = mergeFieldSpecs(label.fields ?? [], config.labels)
      if (label.includeSelectors) return mergeFieldSpecs(own, config.commonLabels)
      const inTemplates = label.includeTemplates
        ? during('failed to merge template fieldSpec', () =>
            mergeFieldSpecs(own, config.templateLabels),
          )
        : own
      const inClaims = label.includeVolumeClaimTemplates
        ? during('failed to merge volumeClaimTemplate fieldSpec', () =>
            mergeFieldSpecs(inTemplates, config.volumeClaimTemplateLabels),
          )
        : inTemplates
      return mergeFieldSpecs(inClaims, [METADATA_LABELS])
    })
    return labelTransformer(label.pairs ?? new Map(), specs)
  })
  // Upstream runs this one also where there is nothing to add, and notes that it ran.
  if (labels.length > 0 || (commonLabels !== undefined && commonLabels.size > 0))
    made.push(labelTransformer(commonLabels ?? new Map(), config.commonLabels))
  return made
}
