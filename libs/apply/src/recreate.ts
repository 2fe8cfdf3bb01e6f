import { canonicalJson, displayName, textField } from '@tidemark/manifests'

import type { ClusterPort } from './cluster-port.ts'
import type { ObjectResult } from './object-result.ts'
import type { PlannedObject } from './plan.ts'
import { sentObject } from './sent-object.ts'

const GONE_MS_MAX = 60_000 // As long as Flux waits for an object that it creates again.
const POLL_MS_MIN = 50
const POLL_MS_MAX = 1_000

/** Deleting these deletes data, or what others put into them; no switch allows that. */
const NEVER: ReadonlySet<string> = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'PersistentVolume',
  'PersistentVolumeClaim',
])

/** Deletes the object that the plan saw, waits until it is gone, and creates it from the desired one. */
export async function recreate(
  port: ClusterPort,
  { id, manifest }: PlannedObject,
  signal: AbortSignal,
): Promise<ObjectResult> {
  const { identity } = manifest
  const { client, fieldManager } = port
  const failed = (code: string, why: string): ObjectResult => ({
    id,
    identity,
    action: 'failed',
    code,
    message: `cannot create ${displayName(identity)} again: ${why}`,
  })
  if (NEVER.has(identity.kind))
    return failed(
      'holds-data',
      `deleting a ${identity.kind} would delete what is in it; do it by hand`,
    )
  const found = await client.get(identity, signal)
  if (found.kind === 'refused') return failed(found.reason, found.message)
  if (found.kind === 'found') {
    const uid = textField(found.object, 'metadata', 'uid') ?? ''
    const deleted = await client.delete(identity, { uid }, signal)
    if (deleted.kind === 'refused') return failed(deleted.reason, deleted.message)
    if (!(await isGone(port, { identity, uid }, signal)))
      return failed(
        'still-terminating',
        `the old one is not gone after ${GONE_MS_MAX / 1_000} s; its finalizers are not done`,
      )
  }
  const target = { ref: identity, body: canonicalJson(sentObject(manifest.object, undefined)) }
  const answer = await client.apply(target, { fieldManager, conflicts: 'taken' }, signal)
  if (answer.kind === 'refused') return failed(answer.reason, answer.message)
  return { id, identity, action: 'recreated', object: answer.object }
}

async function isGone(
  { client, clock }: ClusterPort,
  {
    identity,
    uid,
  }: { readonly identity: PlannedObject['manifest']['identity']; readonly uid: string },
  signal: AbortSignal,
): Promise<boolean> {
  const until = clock.monotonic() + GONE_MS_MAX
  for (let wait = POLL_MS_MIN; clock.monotonic() < until; wait = Math.min(wait * 2, POLL_MS_MAX)) {
    const found = await client.get(identity, signal)
    if (found.kind === 'absent') return true
    if (found.kind === 'found' && textField(found.object, 'metadata', 'uid') !== uid) return true
    await clock.sleep(wait, signal)
    signal.throwIfAborted()
  }
  return false
}
