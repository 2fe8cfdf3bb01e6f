import type { YamlMap } from '@tidemark/yaml'

// The fields of kustomize.config.k8s.io/v1beta1 Kustomization and v1alpha1 Component, as kustomize 5.8.2 reads them.

/** What a selector says of the objects that it means; empty parts mean any. */
export interface Selector {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly annotationSelector: string
  readonly labelSelector: string
}

/** A field of the objects of some kinds, as it is written down. */
export interface FieldSpecFields {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly path: string
  readonly create: boolean
}

/** An entry of `labels`. */
export interface LabelArgs {
  readonly pairs: ReadonlyMap<string, string> | undefined
  readonly includeSelectors: boolean
  readonly includeTemplates: boolean
  readonly includeVolumeClaimTemplates: boolean
  readonly fields: readonly FieldSpecFields[] | undefined
}

/** What a patch may change besides. */
export interface PatchOptions {
  readonly allowNameChange: boolean
  readonly allowKindChange: boolean
}

/** An entry of `patches`. */
export interface Patch {
  readonly path: string
  readonly patch: string
  readonly target: Selector | undefined
  readonly options: PatchOptions | undefined
}

/** An entry of `images`. */
export interface Image {
  readonly name: string
  readonly newName: string
  readonly tagSuffix: string
  readonly newTag: string
  readonly digest: string
}

/** An entry of `replicas`. */
export interface Replica {
  readonly name: string
  readonly count: number
}

/** How a replacement takes a field apart, or puts it together. */
export interface FieldOptions {
  readonly delimiter: string
  readonly index: number
  readonly encoding: string
  readonly create: boolean
}

/** Where a replacement reads. */
export interface SourceSelector {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly fieldPath: string
  readonly options: FieldOptions | undefined
}

/** Where a replacement writes. */
export interface TargetSelector {
  readonly select: Selector | undefined
  readonly reject: readonly Selector[] | undefined
  readonly fieldPaths: readonly string[] | undefined
  readonly options: FieldOptions | undefined
}

/** A replacement. */
export interface Replacement {
  readonly source: SourceSelector | undefined
  readonly targets: readonly TargetSelector[] | undefined
  readonly sourceValue: string | undefined
}

/** An entry of `replacements`: a replacement, or the file of one or more. */
export interface ReplacementField {
  readonly source: SourceSelector | undefined
  readonly targets: readonly TargetSelector[] | undefined
  readonly sourceValue: string | undefined
  readonly path: string
}

/** The object that a var is read from. */
export interface VarTarget {
  readonly apiVersion: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** The field that a var is read from. */
export interface VarField {
  readonly fieldPath: string
}

/** An entry of `vars`. */
export interface Var {
  readonly name: string
  readonly objref: VarTarget
  readonly fieldref: VarField
}

/** The kinds that go first and last. */
export interface LegacySortOptions {
  readonly orderFirst: readonly string[] | undefined
  readonly orderLast: readonly string[] | undefined
}

/** The order of the output. */
export interface SortOptions {
  readonly order: string
  readonly legacySortOptions: LegacySortOptions | undefined
}

/** What holds for generated objects. */
export interface GeneratorOptions {
  readonly labels: ReadonlyMap<string, string> | undefined
  readonly annotations: ReadonlyMap<string, string> | undefined
  readonly disableNameSuffixHash: boolean
  readonly immutable: boolean
}

/** An entry of `configMapGenerator`. */
export interface GeneratorArgs {
  readonly namespace: string
  readonly name: string
  readonly behavior: string
  readonly literals: readonly string[] | undefined
  readonly files: readonly string[] | undefined
  readonly envs: readonly string[] | undefined
  readonly env: string
  readonly options: GeneratorOptions | undefined
}

/** An entry of `secretGenerator`. */
export interface SecretArgs {
  readonly namespace: string
  readonly name: string
  readonly behavior: string
  readonly literals: readonly string[] | undefined
  readonly files: readonly string[] | undefined
  readonly envs: readonly string[] | undefined
  readonly env: string
  readonly options: GeneratorOptions | undefined
  readonly type: string
}

/** What holds for all charts. */
export interface HelmGlobals {
  readonly chartHome: string
  readonly configHome: string
}

/** An entry of `helmCharts`. */
export interface HelmChart {
  readonly name: string
  readonly version: string
  readonly repo: string
  readonly releaseName: string
  readonly namespace: string
  readonly additionalValuesFiles: readonly string[] | undefined
  readonly valuesFile: string
  readonly valuesInline: YamlMap | undefined
  readonly valuesMerge: string
  readonly includeCRDs: boolean
  readonly skipHooks: boolean
  readonly apiVersions: readonly string[] | undefined
  readonly kubeVersion: string
  readonly nameTemplate: string
  readonly skipTests: boolean
  readonly debug: boolean
  readonly devel: boolean
}

/** An entry of `helmChartInflationGenerator`, the form before `helmCharts`. */
export interface HelmChartArgs {
  readonly chartName: string
  readonly chartVersion: string
  readonly chartRepoUrl: string
  readonly chartHome: string
  readonly chartRepoName: string
  readonly helmBin: string
  readonly helmHome: string
  readonly values: string
  readonly valuesLocal: YamlMap | undefined
  readonly valuesMerge: string
  readonly releaseName: string
  readonly releaseNamespace: string
  readonly extraArgs: readonly string[] | undefined
}

/** The metadata of a kustomization or of the configuration of a plugin. */
export interface ObjectMetadata {
  readonly name: string
  readonly namespace: string
  readonly labels: ReadonlyMap<string, string> | undefined
  readonly annotations: ReadonlyMap<string, string> | undefined
}

/** A kustomization or component, field by field; `undefined` where a field is not there. */
export interface Kustomization {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMetadata | undefined
  readonly openapi: ReadonlyMap<string, string> | undefined
  readonly namePrefix: string
  readonly nameSuffix: string
  readonly namespace: string
  readonly commonLabels: ReadonlyMap<string, string> | undefined
  readonly labels: readonly LabelArgs[] | undefined
  readonly commonAnnotations: ReadonlyMap<string, string> | undefined
  readonly patchesStrategicMerge: readonly string[] | undefined
  readonly patchesJson6902: readonly Patch[] | undefined
  readonly patches: readonly Patch[] | undefined
  readonly images: readonly Image[] | undefined
  readonly imageTags: readonly Image[] | undefined
  readonly replacements: readonly ReplacementField[] | undefined
  readonly replicas: readonly Replica[] | undefined
  readonly vars: readonly Var[] | undefined
  readonly sortOptions: SortOptions | undefined
  readonly resources: readonly string[] | undefined
  readonly components: readonly string[] | undefined
  readonly crds: readonly string[] | undefined
  readonly bases: readonly string[] | undefined
  readonly configMapGenerator: readonly GeneratorArgs[] | undefined
  readonly secretGenerator: readonly SecretArgs[] | undefined
  readonly helmGlobals: HelmGlobals | undefined
  readonly helmCharts: readonly HelmChart[] | undefined
  readonly helmChartInflationGenerator: readonly HelmChartArgs[] | undefined
  readonly generatorOptions: GeneratorOptions | undefined
  readonly configurations: readonly string[] | undefined
  readonly generators: readonly string[] | undefined
  readonly transformers: readonly string[] | undefined
  readonly validators: readonly string[] | undefined
  readonly buildMetadata: readonly string[] | undefined
}
