import { compareBytes } from '@tidemark/go-template'
import { type Flavour, type FlavourRules, rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { type ManifestHead, readHead } from './manifest-head.ts'
import { splitManifests } from './split-manifests.ts'

/** Kinds in the order in which they are installed; others follow by name. */
const INSTALL_ORDER: readonly string[] = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
]

/** Thirty times what the largest chart of the corpus prints. */
const DOCUMENTS_MAX = 10_000

export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-delete'
  | 'post-delete'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'test'

const HOOK_EVENTS: ReadonlyMap<string, HookEvent> = new Map<string, HookEvent>([
  ['pre-install', 'pre-install'],
  ['post-install', 'post-install'],
  ['pre-delete', 'pre-delete'],
  ['post-delete', 'post-delete'],
  ['pre-upgrade', 'pre-upgrade'],
  ['post-upgrade', 'post-upgrade'],
  ['pre-rollback', 'pre-rollback'],
  ['post-rollback', 'post-rollback'],
  ['test', 'test'],
  ['test-success', 'test'],
])

/** One document, as it was rendered. Texts are Go bytes. */
export interface Manifest {
  /** The template that it came from. */
  readonly source: string
  readonly content: string
  readonly head: ManifestHead
  /** Its place among all documents, as they were written. */
  readonly position: number
}

/** A manifest that is installed at an event instead of with the release. */
export interface Hook extends Manifest {
  readonly events: readonly HookEvent[]
  readonly weight: number
  readonly deletePolicies: readonly string[]
  readonly outputLogPolicies: readonly string[]
}

export interface SortedManifests {
  readonly manifests: readonly Manifest[]
  readonly hooks: readonly Hook[]
}

/** The same for files that went through a post-renderer. */
export function sortFiles(files: ReadonlyMap<string, string>, flavour: Flavour): SortedManifests {
  return sortManifests(files, rulesOf(flavour))
}

/** Splits rendered files and sorts what is in them: manifests and hooks by kind, then as written. */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  { lastKinds, separators, headType }: FlavourRules,
): SortedManifests {
  const manifests: Manifest[] = []
  const hooks: Hook[] = []
  let position = 0
  const most = DOCUMENTS_MAX
  for (const path of [...files.keys()].toSorted(compareBytes)) {
    const output = files.get(path) ?? ''
    if (path.slice(path.lastIndexOf('/') + 1).startsWith('_') || output.trim() === '') continue
    const documents = splitManifests(output, { separators, most })
    if (position + documents.length > most)
      throw new HelmError(
        'MANIFEST',
        `${path}: the chart prints more than ${most} documents; split the chart`,
      )
    for (const content of documents) {
      const manifest = { source: path, content, head: readHead(content, path, headType), position }
      position += 1
      const marks = manifest.head.annotations.get('helm.sh/hook')
      if (marks === undefined) manifests.push(manifest)
      else hooks.push(...hooksOf(manifest, marks))
    }
  }
  const order = byKind([...INSTALL_ORDER, ...lastKinds])
  return { manifests: manifests.toSorted(order), hooks: hooks.toSorted(order) }
}

/** The hook that the annotations describe; none for one that nobody knows. */
function hooksOf(manifest: Manifest, marks: string): Hook[] {
  const events: HookEvent[] = []
  for (const mark of marks.split(',')) {
    const event = HOOK_EVENTS.get(mark.trim().toLowerCase())
    if (event === undefined) return []
    events.push(event)
  }
  const { annotations } = manifest.head
  return [
    {
      ...manifest,
      events,
      weight: weightOf(annotations.get('helm.sh/hook-weight')),
      deletePolicies: listOf(annotations.get('helm.sh/hook-delete-policy')),
      outputLogPolicies: listOf(annotations.get('helm.sh/hook-output-log-policy')),
    },
  ]
}

function weightOf(text: string | undefined): number {
  return text !== undefined && /^[-+]?\d{1,15}$/.test(text) ? Number(text) : 0
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((item) => item.trim().toLowerCase())
}

function byKind(kinds: readonly string[]): (left: Manifest, right: Manifest) => number {
  const ranks = new Map(kinds.map((kind, rank) => [kind, rank]))
  return (left, right) => {
    const [leftRank, rightRank] = [ranks.get(left.head.kind), ranks.get(right.head.kind)]
    if (leftRank === undefined && rightRank === undefined)
      return compareBytes(left.head.kind, right.head.kind)
    if (leftRank === undefined) return 1
    return rightRank === undefined ? -1 : leftRank - rightRank
  }
}
