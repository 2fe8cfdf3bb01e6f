import { KustomizeError } from '../kustomize-error.ts'
import { type Gvk, isSelected, parseApiVersion } from '../identity/gvk.ts'
import { compareBytes } from '@tidemark/source-tree'

/** A field of the objects of some kinds. */
export interface FieldSpec extends Gvk {
  readonly path: string
  readonly create: boolean
}

/** Reads the notation of default-field-specs.ts. */
export function parseFieldSpec(line: string): FieldSpec {
  const [selector = '', path = '', create] = line.split(' ')
  return { ...parseGvkSelector(selector), path, create: create === '+' }
}

/** `kind/version@group`, where `*` is any kind. */
export function parseGvkSelector(selector: string): Gvk {
  const [kindAndVersion = '', group = ''] = selector.split('@')
  const [kind = '', version = ''] = kindAndVersion.split('/')
  return { kind: kind === '*' ? '' : kind, version, group }
}

/** Adds specs that are not there yet; the same list where all are. @throws KustomizeError when two differ only in `create` */
export function mergeFieldSpecs(
  specs: readonly FieldSpec[],
  more: readonly FieldSpec[],
): readonly FieldSpec[] {
  const result = [...specs]
  for (const spec of more) {
    const same = result.find((each) => each.path === spec.path && isSelected(each, spec))
    if (same === undefined) result.push(spec)
    else if (same.create !== spec.create)
      throw new KustomizeError('KUSTOMIZE_CONFIG', 'conflicting fieldspecs', {
        hint: `"create" of ${spec.path} is both true and false in the configurations`,
      })
  }
  return result.length === specs.length ? specs : result
}

/** Whether a spec speaks of objects with this apiVersion and kind. */
export function specMatches(spec: FieldSpec, apiVersion: string, kind: string): boolean {
  if (spec.kind !== '' && spec.kind !== kind) return false
  if (spec.group === '' && spec.version === '') return true
  const { group, version } = parseApiVersion(apiVersion)
  return (
    (spec.group === '' || spec.group === group) && (spec.version === '' || spec.version === version)
  )
}

// "An attempt to order things to help k8s" (kyaml/resid/gvk.go): the order of the rules, not of the output.
const FIRST =
  'Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget'.split(
    ' ',
  )
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']
const RANKS: ReadonlyMap<string, number> = new Map([
  ...FIRST.map((kind, at): [string, number] => [kind, at - FIRST.length]),
  ...LAST.map((kind, at): [string, number] => [kind, at + 1]),
])

/** The order in which kustomize sorts its rules. */
export function compareGvks(left: Gvk, right: Gvk): number {
  const rank = (RANKS.get(left.kind) ?? 0) - (RANKS.get(right.kind) ?? 0)
  return rank === 0 ? compareBytes(sortText(left), sortText(right)) : rank
}

function sortText({ group, version, kind }: Gvk): string {
  return `${group || '~G'}_${version || '~V'}_${kind || '~K'}`
}
