import type { Refused, WriteAnswer } from '@tidemark/kube'
import { canonicalJson, displayName, type JsonObject, textField } from '@tidemark/manifests'

import type { ClusterPort } from './cluster-port.ts'
import { immutableField } from './immutable.ts'
import { absorbedEntries } from './managers.ts'
import type { ObjectResult } from './object-result.ts'
import type { PlannedObject } from './plan.ts'
import { recreate } from './recreate.ts'
import { sentObject } from './sent-object.ts'
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
  const taken = live !== undefined && (await takeOverIfNeeded(port, planned, live, signal))
  const answer = await send(port, planned, live, signal)
  if (answer.kind === 'refused') return refusedResult({ port, planned, refused: answer }, signal)
  const was = answer.was === 'absent' ? 'created' : 'configured'
  // A cache that knows only what carries our labels does not know what others have left to us: the answer does.
  if (taken || !(await takeOverIfNeeded(port, planned, answer.object, signal)))
    return { ...result, action: was, object: answer.object }
  const again = await send(port, planned, answer.object, signal)
  return again.kind === 'refused'
    ? refusedResult({ port, planned, refused: again }, signal)
    : { ...result, action: was, object: again.object }
}

/** Says whether there was something to take over. */
async function takeOverIfNeeded(
  port: ClusterPort,
  { manifest, mode }: PlannedObject,
  live: JsonObject,
  signal: AbortSignal,
): Promise<boolean> {
  if (mode !== 'override' || absorbedEntries(live, port.fieldManager).length === 0) return false
  await takeOver(port, { identity: manifest.identity, live }, signal)
  return true
}

/**
 * What is to be created at most once is looked up where the cache does not know it: a cache may know only what carries
 * our labels.
 */
async function liveObject(
  { client }: ClusterPort,
  { live, mode, manifest }: PlannedObject,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  if (live.kind === 'present') return live.object
  if (mode !== 'if-absent') return undefined
  const answer = await client.get(manifest.identity, signal)
  return answer.kind === 'found' ? answer.object : undefined
}

function send(
  { client, fieldManager }: ClusterPort,
  { manifest }: PlannedObject,
  live: JsonObject | undefined,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const body = canonicalJson(sentObject(manifest.object, textField(live, 'metadata', 'uid')))
  return client.apply(
    { ref: manifest.identity, body },
    { fieldManager, conflicts: 'taken' },
    signal,
  )
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
