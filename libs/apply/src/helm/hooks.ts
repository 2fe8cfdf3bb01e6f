import {
  displayName,
  field,
  isJsonObject,
  type Json,
  type JsonObject,
  type Manifest,
  textField,
} from '@tidemark/manifests'

import { healthOf } from '../health/health.ts'

/** When a hook runs, as Helm spells it. */
export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'pre-delete'
  | 'post-delete'
  | 'test'

export type HookDeletePolicy = 'before-hook-creation' | 'hook-succeeded' | 'hook-failed'

/** An object that runs at an event, and is not part of the release otherwise. */
export interface ReleaseHook {
  readonly manifest: Manifest
  readonly path: string
  readonly events: readonly string[]
  readonly weight: number
  readonly deletePolicies: readonly string[]
}

/** The annotation that says which run of a hook an object is of: what is there of it already is not created again. */
const RUN = 'tidemark.dev/hook-run'

/** The hooks of an event, one after the other: `hooks` are sorted by kind, then by weight and name (Helm 4). */
export function hooksOf(hooks: readonly ReleaseHook[], event: HookEvent): readonly ReleaseHook[] {
  return hooks
    .filter(({ events }) => events.includes(event))
    .toSorted((left, right) => left.weight - right.weight || compareNames(left, right))
}

/** Whether the hook is deleted at this moment. A definition never is: all objects of its kind would go with it. */
export function isDeletedAt(
  { manifest, deletePolicies }: ReleaseHook,
  policy: HookDeletePolicy,
): boolean {
  if (manifest.identity.kind === 'CustomResourceDefinition') return false
  return deletePolicies.length === 0
    ? policy === 'before-hook-creation'
    : deletePolicies.includes(policy)
}

/** The hook as it is created for one run. */
export function hookObject({ manifest }: ReleaseHook, run: string): JsonObject {
  const { object } = manifest
  const metadata = field(object, 'metadata')
  const annotations = field(metadata, 'annotations')
  return {
    ...object,
    metadata: { ...asObject(metadata), annotations: { ...asObject(annotations), [RUN]: run } },
  }
}

/** Whether a live object was created for this run. */
export function isOfRun(live: JsonObject, run: string): boolean {
  return textField(live, 'metadata', 'annotations', RUN) === run
}

/** How a hook that was created is: a Job must complete and a Pod succeed, all else is done when it is there. */
export type HookVerdict =
  | { readonly kind: 'running'; readonly message: string }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly message: string }

export function hookVerdict({ manifest }: ReleaseHook, live: JsonObject): HookVerdict {
  const { identity } = manifest
  const name = displayName(identity)
  if (identity.group === '' && identity.kind === 'Pod') {
    const phase = textField(live, 'status', 'phase') ?? 'Pending'
    if (phase === 'Succeeded') return { kind: 'succeeded' }
    if (phase === 'Failed')
      return {
        kind: 'failed',
        message: `${name} failed${because(textField(live, 'status', 'message'))}`,
      }
    return { kind: 'running', message: `${name} is ${phase}` }
  }
  if (identity.group !== 'batch' || identity.kind !== 'Job') return { kind: 'succeeded' }
  const health = healthOf(live, { nowMs: 0 })
  if (health.kind === 'healthy') return { kind: 'succeeded' }
  const message = `${name}: ${health.message}`
  return { kind: health.kind === 'failed' ? 'failed' : 'running', message }
}

function because(message: string | undefined): string {
  return message === undefined || message === '' ? '' : `: ${message}`
}

function compareNames(left: ReleaseHook, right: ReleaseHook): number {
  const [a, b] = [left.manifest.identity.name, right.manifest.identity.name]
  return a < b ? -1 : Number(a > b)
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
