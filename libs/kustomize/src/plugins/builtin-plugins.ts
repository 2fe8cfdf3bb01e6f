import { isYamlMap, type YamlMap } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import { generateConfigMap, generateSecret } from '../generators/config-map.ts'
import { addHashes } from '../generators/hash.ts'
import { inflateChart } from '../generators/helm-chart.ts'
import { generateServiceAccount, iamPolicyShape } from '../generators/iam-policy.ts'
import {
  helmChartShape,
  helmGlobalsShape,
  generatorArgsShape,
  fieldSpecFieldsShape,
  imageShape,
  patchShape,
  patchOptionsShape,
  objectMetadataShape,
  replacementFieldShape,
  replicaShape,
  secretArgsShape,
  selectorShape,
} from '../kustomization/model-shapes.ts'
import {
  boolean,
  listOf,
  optional,
  type Shape,
  string,
  stringMap,
  struct,
} from '../kustomization/shape.ts'
import { EMPTY_MAPPING } from '../node/node.ts'
import { nodeToValue } from '../node/to-value.ts'
import { loadReplacements } from '../replacements/load-replacements.ts'
import { replacementTransformer } from '../replacements/replacement-transformer.ts'
import type { Resource } from '../resource.ts'
import type { Stage } from '../target/stage.ts'
import { imageTransformer } from '../transformers/images.ts'
import { annotationsTransformer, labelTransformer } from '../transformers/labels-annotations.ts'
import { prefixTransformer, suffixTransformer } from '../transformers/name-affix.ts'
import { namespaceTransformer, type SubjectMode } from '../transformers/namespace.ts'
import {
  inlineStrategicTransformer,
  json6902Transformer,
  patchTransformer,
} from '../transformers/patches.ts'
import { replicaTransformer } from '../transformers/replicas.ts'
import type { Transformer } from '../transformers/transformer.ts'
import { valueAddShape, valueAddTransformer } from '../transformers/value-add.ts'

type MakeTransformer = (config: Resource, stage: Stage) => Transformer
type MakeGenerator = (config: Resource, stage: Stage) => () => readonly Resource[]

const fieldSpecs = listOf(fieldSpecFieldsShape)

/** The transformers that a file can configure, by kind. */
export const TRANSFORMER_PLUGINS: ReadonlyMap<string, MakeTransformer> = new Map<
  string,
  MakeTransformer
>([
  ['AnnotationsTransformer', annotations],
  ['LabelTransformer', labels],
  ['NamespaceTransformer', namespace],
  ['PrefixTransformer', prefix],
  ['SuffixTransformer', suffix],
  ['PrefixSuffixTransformer', prefixSuffix],
  ['ImageTagTransformer', image],
  ['ReplicaCountTransformer', replicas],
  [
    'PatchTransformer',
    (config, stage) => patchTransformer(read(config, patchShape), context(stage)),
  ],
  ['PatchJson6902Transformer', json6902],
  ['PatchStrategicMergeTransformer', strategicMerge],
  ['ReplacementTransformer', replacements],
  [
    'ValueAddTransformer',
    (config, { target }) => valueAddTransformer(read(config, valueAddShape), target.loader),
  ],
  [
    'HashTransformer',
    () => ({
      kind: 'HashTransformer',
      transform: (set) => {
        addHashes(set.resources)
      },
    }),
  ],
])

/** The generators that a file can configure, by kind. */
export const GENERATOR_PLUGINS: ReadonlyMap<string, MakeGenerator> = new Map<string, MakeGenerator>(
  [
    ['ConfigMapGenerator', configMap],
    ['SecretGenerator', secret],
    ['HelmChartInflationGenerator', helmChart],
    ['IAMPolicyGenerator', iamPolicy],
  ],
)

function read<T>(config: Resource, shape: Shape<T>): T {
  return shape.decode(valueOf(config), { unknownFields: 'ignore', scalarsAsText: true, path: '' })
}

function valueOf(config: Resource): YamlMap {
  const value = nodeToValue(config.node ?? EMPTY_MAPPING)
  return isYamlMap(value) ? value : new Map()
}

function context({ target }: Stage) {
  return { build: target.build, loader: target.loader }
}

function generatorContext({ target }: Stage, config: Resource) {
  return {
    loader: target.loader,
    scopes: target.build.scopes,
    cache: target.build.cache,
    origin: { path: config.origin.path, generator: config.kind },
  }
}

function annotations(config: Resource): Transformer {
  const args = read(
    config,
    struct('AnnotationsTransformer', { annotations: stringMap, fieldSpecs }),
  )
  return annotationsTransformer(args.annotations ?? new Map(), args.fieldSpecs ?? [])
}

function labels(config: Resource): Transformer {
  const args = read(config, struct('LabelTransformer', { labels: stringMap, fieldSpecs }))
  return labelTransformer(args.labels ?? new Map(), args.fieldSpecs ?? [])
}

function namespace(config: Resource): Transformer {
  const shape = struct('NamespaceTransformer', {
    metadata: objectMetadataShape,
    fieldSpecs,
    unsetOnly: boolean,
    setRoleBindingSubjects: string,
  })
  const args = read(config, shape)
  return namespaceTransformer({
    namespace: args.metadata.namespace,
    fieldSpecs: args.fieldSpecs ?? [],
    unsetOnly: args.unsetOnly,
    subjects: subjectMode(args.setRoleBindingSubjects),
  })
}

function subjectMode(told: string): SubjectMode {
  switch (told) {
    case '':
      return 'defaultOnly'
    case 'defaultOnly':
    case 'allServiceAccounts':
    case 'none':
      return told
    default:
      throw new KustomizeError(
        'KUSTOMIZE_CONFIG',
        `invalid value ${JSON.stringify(told)} for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
      )
  }
}

function prefix(config: Resource): Transformer {
  const args = read(config, struct('PrefixTransformer', { prefix: string, fieldSpecs }))
  return prefixTransformer(args.prefix, required(args.fieldSpecs))
}

function suffix(config: Resource): Transformer {
  const args = read(config, struct('SuffixTransformer', { suffix: string, fieldSpecs }))
  return suffixTransformer(args.suffix, required(args.fieldSpecs))
}

function prefixSuffix(config: Resource): Transformer {
  const [first, second] = [prefix(config), suffix(config)]
  return {
    kind: 'PrefixSuffixTransformer',
    transform: (set) => {
      first.transform(set)
      second.transform(set)
    },
  }
}

function required<T>(specs: readonly T[] | undefined): readonly T[] {
  if (specs !== undefined) return specs
  throw new KustomizeError('KUSTOMIZE_CONFIG', 'fieldSpecs is not expected to be nil', {
    hint: 'say in "fieldSpecs" which fields to change, such as "path: metadata/name"',
  })
}

function image(config: Resource): Transformer {
  const args = read(config, struct('ImageTagTransformer', { imageTag: imageShape, fieldSpecs }))
  return imageTransformer(args.imageTag, args.fieldSpecs ?? [])
}

function replicas(config: Resource): Transformer {
  const args = read(
    config,
    struct('ReplicaCountTransformer', { replica: replicaShape, fieldSpecs }),
  )
  return replicaTransformer(args.replica, args.fieldSpecs ?? [])
}

function json6902(config: Resource, stage: Stage): Transformer {
  const shape = struct('PatchJson6902Transformer', {
    target: optional(selectorShape),
    path: string,
    jsonOp: string,
  })
  const { target, path, jsonOp } = read(config, shape)
  return json6902Transformer(
    { target, path, patch: jsonOp, options: patchOptionsShape.empty },
    context(stage),
  )
}

function strategicMerge(config: Resource, stage: Stage): Transformer {
  const shape = struct('PatchStrategicMergeTransformer', { paths: listOf(string), patches: string })
  const { paths = [], patches } = read(config, shape)
  return inlineStrategicTransformer({ paths, patches }, context(stage))
}

function replacements(config: Resource, { target }: Stage): Transformer {
  const shape = struct('ReplacementTransformer', { replacements: listOf(replacementFieldShape) })
  return replacementTransformer(
    loadReplacements(read(config, shape).replacements ?? [], target.loader),
  )
}

function configMap(config: Resource, stage: Stage): () => readonly Resource[] {
  const args = read(config, generatorArgsShape)
  const named = { ...args, ...nameOf(config, args) }
  return () => [generateConfigMap(named, generatorContext(stage, config))]
}

function secret(config: Resource, stage: Stage): () => readonly Resource[] {
  const args = read(config, secretArgsShape)
  const named = { ...args, ...nameOf(config, args) }
  return () => [generateSecret(named, generatorContext(stage, config))]
}

function nameOf(config: Resource, args: { readonly name: string; readonly namespace: string }) {
  const own = read(config, struct('Named', { metadata: objectMetadataShape })).metadata
  return { name: args.name || own.name, namespace: args.namespace || own.namespace }
}

function helmChart(config: Resource, stage: Stage): () => readonly Resource[] {
  const chart = { ...read(config, helmGlobalsShape), ...read(config, helmChartShape) }
  return () =>
    inflateChart(chart, { build: stage.target.build, ...generatorContext(stage, config) })
}

function iamPolicy(config: Resource, stage: Stage): () => readonly Resource[] {
  const args = read(config, iamPolicyShape)
  return () => [generateServiceAccount(args, generatorContext(stage, config))]
}
