import { parseDocuments, parseYaml, toValue, YamlError, type YamlValue } from '@tidemark/yaml'
import { during, KustomizeError } from '../kustomize-error.ts'
import { asKustomizeError } from '../node/from-yaml.ts'
import { lineOfField } from './line-of-field.ts'
import type { HelmChart, HelmGlobals, Kustomization } from './model.ts'
import { helmChartShape, kustomizationShape } from './model-shapes.ts'
import type { Reading } from './shape.ts'

export const KUSTOMIZATION_FILE_NAMES: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
]

const KUSTOMIZATION_VERSION = 'kustomize.config.k8s.io/v1beta1'
const COMPONENT_VERSION = 'kustomize.config.k8s.io/v1alpha1'

/** A kustomization whose older fields have been moved to the ones that replaced them. */
export interface ParsedKustomization {
  readonly kustomization: Kustomization
  /** What `kustomize build` says on its error stream about fields that are on their way out. */
  readonly warnings: readonly string[]
}

/**
 * Reads a kustomization file. @throws KustomizeError: no YAML, a field that nobody knows, a value of a wrong type, nothing
 * in it, a wrong kind or apiVersion.
 */
export function parseKustomization(source: Uint8Array, folder: string): ParsedKustomization {
  return checkKustomization(readFields(source, { scalarsAsText: false }), folder)
}

/** Moves older fields to the ones that replaced them, and checks what is there. @throws KustomizeError */
export function checkKustomization(raw: Kustomization, folder: string): ParsedKustomization {
  const kustomization = fixed(raw)
  if (isEmpty(kustomization))
    throw new KustomizeError('KUSTOMIZE_FILE', 'kustomization.yaml is empty', {
      hint: `give the kustomization in "${folder}" something to do, such as "resources"`,
    })
  enforce(kustomization, folder)
  return { kustomization, warnings: deprecations(raw) }
}

/**
 * Reads a kustomization as Flux does before it builds: numbers and booleans may stand for texts. @throws KustomizeError when it
 * is no YAML, a field has a wrong type, or nobody knows it
 */
export function readLeniently(source: Uint8Array): Kustomization {
  return readFields(source, { scalarsAsText: true })
}

function readFields(
  source: Uint8Array,
  { scalarsAsText }: Pick<Reading, 'scalarsAsText'>,
): Kustomization {
  return during('invalid Kustomization', () =>
    kustomizationShape.decode(readAsYaml2(source) ?? new Map(), {
      unknownFields: 'refuse',
      lineOf: (path) => lineOfField(source, path),
      scalarsAsText,
      path: '',
    }),
  )
}

/**
 * Reads YAML by the rules of sigs.k8s.io/yaml. The same key twice is an error, but for a top-level key that says the same
 * twice: upstream's own tests write `apiVersion` and `kind` so.
 */
export function readAsYaml2(source: Uint8Array | string): YamlValue {
  try {
    return parseYaml(source, { flavour: 'yaml2', duplicateKeys: 'error' })
  } catch (error) {
    const repeated = error instanceof YamlError && error.code === 'YAML_DUPLICATE_KEY'
    const value = repeated ? withoutRepetition(source) : undefined
    if (value !== undefined) return value
    throw asKustomizeError(error)
  }
}

/** The document without top-level entries that stand there twice, word for word; `undefined` where others do. */
function withoutRepetition(source: Uint8Array | string): YamlValue | undefined {
  const [document] = parseDocuments(source, { flavour: 'yaml2' })
  if (document?.kind !== 'mapping') return undefined
  const seen = new Map<string, string>()
  const entries = document.entries.filter(({ key, value }) => {
    if (key.kind !== 'scalar' || value.kind !== 'scalar') return true
    if (seen.get(key.value) === value.value) return false
    seen.set(key.value, value.value)
    return true
  })
  try {
    return toValue({ ...document, entries }, { flavour: 'yaml2', duplicateKeys: 'error' })
  } catch {
    return undefined
  }
}

const EDIT_FIX = "Run 'kustomize edit fix' to update your Kustomization automatically."
const DEPRECATED = [
  ['bases', 'resources', ''],
  ['commonLabels', 'labels', ''],
  ['imageTags', 'images', ''],
  ['patchesJson6902', 'patches', ''],
  ['patchesStrategicMerge', 'patches', ''],
  ['vars', 'replacements', '[EXPERIMENTAL] '],
] as const

function deprecations(kustomization: Kustomization): readonly string[] {
  return DEPRECATED.filter(([old]) => kustomization[old] !== undefined).map(
    ([old, now, note]) =>
      `# Warning: '${old}' is deprecated. Please use '${now}' instead. ${note}${EDIT_FIX}`,
  )
}

function fixed(raw: Kustomization): Kustomization {
  const kind = raw.kind || 'Kustomization'
  const version = kind === 'Component' ? COMPONENT_VERSION : KUSTOMIZATION_VERSION
  const { helmGlobals, charts } = modernHelm(raw)
  return {
    ...raw,
    kind,
    apiVersion: raw.apiVersion || version,
    resources: joined(raw.resources, raw.bases),
    bases: undefined,
    images: joined(raw.images, raw.imageTags),
    imageTags: undefined,
    configMapGenerator: raw.configMapGenerator?.map(withEnvs),
    secretGenerator: raw.secretGenerator?.map(withEnvs),
    helmGlobals,
    helmCharts: joined(raw.helmCharts, charts),
    helmChartInflationGenerator: undefined,
  }
}

function joined<T>(
  left: readonly T[] | undefined,
  right: readonly T[] | undefined,
): readonly T[] | undefined {
  if (left === undefined && (right === undefined || right.length === 0)) return undefined
  return [...(left ?? []), ...(right ?? [])]
}

function withEnvs<
  Args extends { readonly env: string; readonly envs: readonly string[] | undefined },
>(args: Args): Args {
  return args.env === '' ? args : { ...args, envs: [...(args.envs ?? []), args.env], env: '' }
}

function lastSet(texts: readonly string[] = []): string {
  return texts.findLast((each) => each !== '') ?? ''
}

function modernHelm(raw: Kustomization): {
  helmGlobals: HelmGlobals | undefined
  charts: readonly HelmChart[] | undefined
} {
  const old = raw.helmChartInflationGenerator
  const charts = old?.map((args) => ({
    ...helmChartShape.empty,
    name: args.chartName,
    version: args.chartVersion,
    repo: args.chartRepoUrl,
    valuesFile: args.values,
    valuesInline: args.valuesLocal,
    valuesMerge: args.valuesMerge,
    releaseName: args.releaseName,
  }))
  const globals = {
    chartHome: lastSet(old?.map(({ chartHome }) => chartHome)),
    configHome: lastSet(old?.map(({ helmHome }) => helmHome)),
  }
  const isNeeded = globals.chartHome !== '' || globals.configHome !== ''
  return { helmGlobals: raw.helmGlobals ?? (isNeeded ? globals : undefined), charts }
}

function isEmpty(kustomization: Kustomization): boolean {
  return Object.entries(kustomization).every(
    ([name, value]) =>
      name === 'apiVersion' || name === 'kind' || value === undefined || value === '',
  )
}

function enforce({ kind, apiVersion }: Kustomization, folder: string): void {
  const problems: string[] = []
  if (kind !== 'Kustomization' && kind !== 'Component')
    problems.push('kind should be Kustomization or Component')
  const version = kind === 'Component' ? COMPONENT_VERSION : KUSTOMIZATION_VERSION
  if (apiVersion !== version) problems.push(`apiVersion for ${kind} should be ${version}`)
  if (problems.length > 0)
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      `Failed to read kustomization file under /${folder}:\n${problems.join('\n')}`,
    )
}
