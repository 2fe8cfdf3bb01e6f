import type {
  Selector,
  FieldSpecFields,
  LabelArgs,
  PatchOptions,
  Patch,
  Image,
  Replica,
  FieldOptions,
  SourceSelector,
  TargetSelector,
  Replacement,
  ReplacementField,
  VarTarget,
  VarField,
  Var,
  LegacySortOptions,
  SortOptions,
  GeneratorOptions,
  GeneratorArgs,
  SecretArgs,
  HelmGlobals,
  HelmChart,
  HelmChartArgs,
  ObjectMetadata,
  Kustomization,
} from './model.ts'
import {
  anyMap,
  boolean,
  integer,
  listOf,
  optional,
  type Shape,
  string,
  stringMap,
  struct,
} from './shape.ts'

// How each type of model.ts is read.

// Where Go declares fields that are written side by side; only its messages show.
const GVK = { group: 'Gvk', version: 'Gvk', kind: 'Gvk' }
const ID = {
  group: 'ResId.Gvk',
  version: 'ResId.Gvk',
  kind: 'ResId.Gvk',
  name: 'ResId',
  namespace: 'ResId',
}
const SOURCES = 'GeneratorArgs.KvPairSources'
const GENERATOR = {
  namespace: 'GeneratorArgs',
  name: 'GeneratorArgs',
  behavior: 'GeneratorArgs',
  options: 'GeneratorArgs',
  literals: SOURCES,
  files: SOURCES,
  envs: SOURCES,
  env: SOURCES,
}

export const selectorShape: Shape<Selector> = struct(
  'Selector',
  {
    group: string,
    version: string,
    kind: string,
    name: string,
    namespace: string,
    annotationSelector: string,
    labelSelector: string,
  },
  ID,
)

export const fieldSpecFieldsShape: Shape<FieldSpecFields> = struct(
  'FieldSpec',
  {
    group: string,
    version: string,
    kind: string,
    path: string,
    create: boolean,
  },
  GVK,
)

const labelArgsShape: Shape<LabelArgs> = struct('Label', {
  pairs: stringMap,
  includeSelectors: boolean,
  includeTemplates: boolean,
  includeVolumeClaimTemplates: boolean,
  fields: listOf(fieldSpecFieldsShape),
})

export const patchOptionsShape: Shape<PatchOptions> = struct('PatchArgs', {
  allowNameChange: boolean,
  allowKindChange: boolean,
})

export const patchShape: Shape<Patch> = struct('Patch', {
  path: string,
  patch: string,
  target: optional(selectorShape),
  options: optional(patchOptionsShape),
})

export const imageShape: Shape<Image> = struct('Image', {
  name: string,
  newName: string,
  tagSuffix: string,
  newTag: string,
  digest: string,
})

export const replicaShape: Shape<Replica> = struct('Replica', {
  name: string,
  count: integer,
})

const fieldOptionsShape: Shape<FieldOptions> = struct('FieldOptions', {
  delimiter: string,
  index: integer,
  encoding: string,
  create: boolean,
})

const sourceSelectorShape: Shape<SourceSelector> = struct(
  'SourceSelector',
  {
    group: string,
    version: string,
    kind: string,
    name: string,
    namespace: string,
    fieldPath: string,
    options: optional(fieldOptionsShape),
  },
  ID,
)

const targetSelectorShape: Shape<TargetSelector> = struct('TargetSelector', {
  select: optional(selectorShape),
  reject: listOf(selectorShape),
  fieldPaths: listOf(string),
  options: optional(fieldOptionsShape),
})

export const replacementShape: Shape<Replacement> = struct('Replacement', {
  source: optional(sourceSelectorShape),
  targets: listOf(targetSelectorShape),
  sourceValue: optional(string),
})

export const replacementFieldShape: Shape<ReplacementField> = struct('ReplacementField', {
  source: optional(sourceSelectorShape),
  targets: listOf(targetSelectorShape),
  sourceValue: optional(string),
  path: string,
})

const varTargetShape: Shape<VarTarget> = struct(
  'Target',
  {
    apiVersion: string,
    group: string,
    version: string,
    kind: string,
    name: string,
    namespace: string,
  },
  GVK,
)

const varFieldShape: Shape<VarField> = struct('FieldSelector', {
  fieldPath: string,
})

const varShape: Shape<Var> = struct('Var', {
  name: string,
  objref: varTargetShape,
  fieldref: varFieldShape,
})

const legacySortOptionsShape: Shape<LegacySortOptions> = struct('LegacySortOptions', {
  orderFirst: listOf(string),
  orderLast: listOf(string),
})

const sortOptionsShape: Shape<SortOptions> = struct('SortOptions', {
  order: string,
  legacySortOptions: optional(legacySortOptionsShape),
})

const generatorOptionsShape: Shape<GeneratorOptions> = struct('GeneratorOptions', {
  labels: stringMap,
  annotations: stringMap,
  disableNameSuffixHash: boolean,
  immutable: boolean,
})

export const generatorArgsShape: Shape<GeneratorArgs> = struct(
  'ConfigMapArgs',
  {
    namespace: string,
    name: string,
    behavior: string,
    literals: listOf(string),
    files: listOf(string),
    envs: listOf(string),
    env: string,
    options: optional(generatorOptionsShape),
  },
  GENERATOR,
)

export const secretArgsShape: Shape<SecretArgs> = struct(
  'SecretArgs',
  {
    namespace: string,
    name: string,
    behavior: string,
    literals: listOf(string),
    files: listOf(string),
    envs: listOf(string),
    env: string,
    options: optional(generatorOptionsShape),
    type: string,
  },
  GENERATOR,
)

export const helmGlobalsShape: Shape<HelmGlobals> = struct('HelmGlobals', {
  chartHome: string,
  configHome: string,
})

export const helmChartShape: Shape<HelmChart> = struct('HelmChart', {
  name: string,
  version: string,
  repo: string,
  releaseName: string,
  namespace: string,
  additionalValuesFiles: listOf(string),
  valuesFile: string,
  valuesInline: anyMap,
  valuesMerge: string,
  includeCRDs: boolean,
  skipHooks: boolean,
  apiVersions: listOf(string),
  kubeVersion: string,
  nameTemplate: string,
  skipTests: boolean,
  debug: boolean,
  devel: boolean,
})

const helmChartArgsShape: Shape<HelmChartArgs> = struct('HelmChartArgs', {
  chartName: string,
  chartVersion: string,
  chartRepoUrl: string,
  chartHome: string,
  chartRepoName: string,
  helmBin: string,
  helmHome: string,
  values: string,
  valuesLocal: anyMap,
  valuesMerge: string,
  releaseName: string,
  releaseNamespace: string,
  extraArgs: listOf(string),
})

export const objectMetadataShape: Shape<ObjectMetadata> = struct('ObjectMeta', {
  name: string,
  namespace: string,
  labels: stringMap,
  annotations: stringMap,
})

export const kustomizationShape: Shape<Kustomization> = struct('Kustomization', {
  apiVersion: string,
  kind: string,
  metadata: optional(objectMetadataShape),
  openapi: stringMap,
  namePrefix: string,
  nameSuffix: string,
  namespace: string,
  commonLabels: stringMap,
  labels: listOf(labelArgsShape),
  commonAnnotations: stringMap,
  patchesStrategicMerge: listOf(string),
  patchesJson6902: listOf(patchShape),
  patches: listOf(patchShape),
  images: listOf(imageShape),
  imageTags: listOf(imageShape),
  replacements: listOf(replacementFieldShape),
  replicas: listOf(replicaShape),
  vars: listOf(varShape),
  sortOptions: optional(sortOptionsShape),
  resources: listOf(string),
  components: listOf(string),
  crds: listOf(string),
  bases: listOf(string),
  configMapGenerator: listOf(generatorArgsShape),
  secretGenerator: listOf(secretArgsShape),
  helmGlobals: optional(helmGlobalsShape),
  helmCharts: listOf(helmChartShape),
  helmChartInflationGenerator: listOf(helmChartArgsShape),
  generatorOptions: optional(generatorOptionsShape),
  configurations: listOf(string),
  generators: listOf(string),
  transformers: listOf(string),
  validators: listOf(string),
  buildMetadata: listOf(string),
})
