import { ClusterConflict } from '@tidemark/kube'
import {
  apiVersionOf,
  canonicalJson,
  field,
  type FieldSet,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type ObjectIdentity,
  textField,
  uniteFields,
} from '@tidemark/manifests'

import type { ClusterPort } from './cluster-port.ts'
import { absorbedEntries } from './managers.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Makes the fields of kubectl, of hand edits and of Flux ours, before the object is applied: server-side apply removes
 * what a manager no longer sends only from what that manager owns, so without this a field that leaves Git would
 * stay for ever. Goes by the version that was read; when that is old, reads once more. A refusal is left to the
 * apply that follows, which says the same.
 */
export async function takeOver(
  port: ClusterPort,
  { identity, live }: { readonly identity: ObjectIdentity; readonly live: JsonObject },
  signal: AbortSignal,
): Promise<void> {
  try {
    await patchManagers(port, { identity, live }, signal)
  } catch (error) {
    if (!(error instanceof ClusterConflict)) throw error
    const found = await port.client.get(identity, signal)
    if (found.kind === 'found') await patchManagers(port, { identity, live: found.object }, signal)
  }
}

async function patchManagers(
  { client, fieldManager, clock }: ClusterPort,
  { identity, live }: { readonly identity: ObjectIdentity; readonly live: JsonObject },
  signal: AbortSignal,
): Promise<void> {
  const absorbed = absorbedEntries(live, fieldManager)
  if (absorbed.length === 0) return
  const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/u, 'Z')
  const entries = mergedEntries(live, { fieldManager, apiVersion: apiVersionOf(identity), time })
  const operations: Json[] = [
    { op: 'replace', path: '/metadata/managedFields', value: entries },
    // An old version is a conflict (409), as with any update.
    {
      op: 'replace',
      path: '/metadata/resourceVersion',
      value: textField(live, 'metadata', 'resourceVersion') ?? '',
    },
  ]
  if (field(live, 'metadata', 'annotations', LAST_APPLIED) !== undefined)
    operations.push({
      op: 'remove',
      path: `/metadata/annotations/${LAST_APPLIED.replaceAll('/', '~1')}`,
    })
  await client.patch(
    { ref: identity, operations: canonicalJson(operations) },
    { fieldManager },
    signal,
  )
}

/** The managers of an object, with all that is absorbed in one Apply entry of ours. */
function mergedEntries(
  live: JsonObject,
  ours: { readonly fieldManager: string; readonly apiVersion: string; readonly time: string },
): readonly Json[] {
  const { fieldManager, apiVersion, time } = ours
  const all = field(live, 'metadata', 'managedFields')
  const entries = isJsonList(all) ? all : []
  const isOurs = (entry: Json): boolean =>
    textField(entry, 'manager') === fieldManager &&
    textField(entry, 'operation') === 'Apply' &&
    (textField(entry, 'subresource') ?? '') === ''
  const absorbed = new Set(absorbedEntries(live, fieldManager))
  const merged = entries.filter((entry) => isOurs(entry) || absorbed.has(entry))
  const fields = merged.flatMap((entry): readonly FieldSet[] => {
    const set = field(entry, 'fieldsV1')
    return isJsonObject(set) ? [set] : []
  })
  const [first = {}, ...rest] = fields
  const entry = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: rest.reduce(uniteFields, first),
  }
  return [...entries.filter((other) => !isOurs(other) && !absorbed.has(other)), entry]
}
