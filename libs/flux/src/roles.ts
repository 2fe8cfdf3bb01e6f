import { FLEET_API } from './cluster.ts'
import { isRecord } from './fields.ts'
import { textOf } from './flux-object.ts'

/** What Tidemark does with an object of a rendered release. */
export type Role =
  /** It goes to the cluster. */
  | 'applied'
  /** It is one of Flux's kinds or ours: it declares a source or an application, or describes the cluster. */
  | 'interpreted'
  /** It is a part of Flux itself (the bootstrap bundle): skipped with a notice, never applied, never pruned. */
  | 'skipped'

const FLUX_GROUPS = new Set([
  'source.toolkit.fluxcd.io',
  'kustomize.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'notification.toolkit.fluxcd.io',
  'image.toolkit.fluxcd.io',
  'source.extensions.fluxcd.io',
])
const BUNDLE = 'app.kubernetes.io/part-of'

/** The role of an object, by its group and labels. DECISIONS 13; the labels are those of Flux's own bundle. */
export function roleOf(object: unknown): Role {
  if (!isRecord(object)) return 'applied'
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {}
  const group = groupOf(textOf(object['apiVersion']))
  if (FLUX_GROUPS.has(group) || group === groupOf(FLEET_API)) return 'interpreted'
  if (object['kind'] === 'CustomResourceDefinition') {
    const defined = textOf(metadata['name']).split('.').slice(1).join('.')
    return FLUX_GROUPS.has(defined) ? 'skipped' : 'applied'
  }
  return isBundled(metadata) ? 'skipped' : 'applied'
}

/** The API group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? '' : apiVersion.slice(0, slash)
}

/** Flux's bundle labels all that is its own with `part-of: flux` and an instance. */
function isBundled(metadata: Readonly<Record<string, unknown>>): boolean {
  const labels = isRecord(metadata['labels']) ? metadata['labels'] : {}
  return labels[BUNDLE] === 'flux' && typeof labels['app.kubernetes.io/instance'] === 'string'
}
