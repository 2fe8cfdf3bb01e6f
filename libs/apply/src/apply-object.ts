import type { Refused } from '@tidemark/kube'
import { canonicalJson, displayName, field, type JsonObject, textField } from '@tidemark/manifests'

import type { ClusterPort } from './cluster-port.ts'
import { immutableField } from './immutable.ts'
import { absorbedEntries } from './managers.ts'
import type { ObjectResult } from './object-result.ts'
import type { PlannedObject } from './plan.ts'
import { recreate } from './recreate.ts'
import { takeOver } from './take-over.ts'

/**
 * Applies one object as planned. A refusal is a result; no answer is an operating error. One request, but for an object
 * whose fields have to be taken over first, or which is deleted and created again.
 */
export async function applyObject(
  port: ClusterPort,
  planned: PlannedObject,
  signal: AbortSignal,
): Promise<ObjectResult> {
  const { id, manifest, action, reason } = planned
  const result = { id, identity: manifest.identity }
  if (action === 'unchanged') return { ...result, action: 'unchanged' }
  if (action === 'skip')
    return { ...result, action: 'skipped', code: 'switched-off', message: reason }
  const live = await liveObject(port, planned, signal)
  if (planned.mode === 'if-absent' && live !== undefined)
    return { ...result, action: 'skipped', code: 'there-already', message: 'there already' }
  if (
    live !== undefined &&
    planned.mode === 'override' &&
    absorbedEntries(live, port.fieldManager).length > 0
  )
    await takeOver(port, { identity: manifest.identity, live }, signal)
  const answer = await send(port, planned, fencedBody(manifest.object, live), signal)
  if (answer.kind === 'written')
    return {
      ...result,
      action: answer.was === 'absent' ? 'created' : 'configured',
      object: answer.object,
    }
  return refusedResult({ port, planned, refused: answer }, signal)
}

/** Only what is to be created at most once has to be looked up where no watch knows it. */
async function liveObject(
  { client }: ClusterPort,
  { live, mode, manifest }: PlannedObject,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  if (live.kind === 'present') return live.object
  if (live.kind === 'absent' || mode !== 'if-absent') return undefined
  const answer = await client.get(manifest.identity, signal)
  return answer.kind === 'found' ? answer.object : undefined
}

function send(
  { client, fieldManager }: ClusterPort,
  { manifest }: PlannedObject,
  body: JsonObject,
  signal: AbortSignal,
): ReturnType<ClusterPort['client']['apply']> {
  const target = { ref: manifest.identity, body: canonicalJson(body) }
  return client.apply(target, { fieldManager, conflicts: 'taken' }, signal)
}

/**
 * With the uid of the object that the plan saw: if that is gone by now, the API server answers with a conflict instead
 * of bringing back what somebody has just deleted.
 */
function fencedBody(desired: JsonObject, live: JsonObject | undefined): JsonObject {
  const uid = textField(live, 'metadata', 'uid')
  const metadata = field(desired, 'metadata')
  if (
    uid === undefined ||
    typeof metadata !== 'object' ||
    metadata === null ||
    !('name' in metadata)
  )
    return desired
  return { ...desired, metadata: { ...metadata, uid } }
}

async function refusedResult(
  {
    port,
    planned,
    refused,
  }: { readonly port: ClusterPort; readonly planned: PlannedObject; readonly refused: Refused },
  signal: AbortSignal,
): Promise<ObjectResult> {
  const { id, manifest } = planned
  const { identity } = manifest
  const name = displayName(identity)
  const immutable = immutableField(refused)
  if (immutable === undefined)
    return {
      id,
      identity,
      action: 'failed',
      code: refused.reason,
      message: `cannot apply ${name}: ${refused.message}`,
    }
  if (planned.recreate === 'allowed') return recreate(port, planned, signal)
  const advice = 'change it back, or allow it to be deleted and created again (force)'
  const message = `cannot apply ${name}: ${immutable} can not be changed once the object is there; ${advice}`
  return { id, identity, action: 'failed', code: 'immutable', message }
}
