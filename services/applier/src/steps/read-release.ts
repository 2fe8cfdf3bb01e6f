import {
  decodeInventory,
  helmOwnerMarks,
  type InventoryEntry,
  type OwnerLabels,
} from '@tidemark/apply'
import type { ApplyRequested } from '@tidemark/contracts'
import { roleOf } from '@tidemark/flux'
import { readManifest, type Manifest } from '@tidemark/manifests'
import { isHelmRelease, isRemoval, ownerLabels, type ApplierDeps } from './deps.ts'
import { asReleased, originLabels, readHelm } from './read-helm.ts'

/** The objects that a release puts on the cluster: without Flux's own kinds, and without Flux itself. */
export async function readDesired(
  deps: ApplierDeps,
  requested: ApplyRequested,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  if (isRemoval(requested)) return []
  const objects = await deps.releases.objects(requested.manifestBlob, signal)
  const applied = objects
    .filter((object) => roleOf(object) === 'applied')
    .map((object) => readManifest(object, 'release'))
  if (!isHelmRelease(requested)) return applied
  const { owner } = await readHelm(deps, requested.helmBlob, signal)
  const { client } = deps.cluster
  return asReleased(applied, { client, owner, labels: originLabels(requested) }, signal)
}

/** What says whose an object is: the labels of Flux, or the marks of Helm. */
export async function readOwner(
  deps: ApplierDeps,
  requested: ApplyRequested,
  signal: AbortSignal,
): Promise<OwnerLabels> {
  if (!isHelmRelease(requested)) return ownerLabels(requested.options)
  const { owner } = await readHelm(deps, requested.helmBlob, signal)
  return helmOwnerMarks(owner)
}

/** What may be on the cluster, as it was kept last. */
export async function readInventory(
  { surroundings }: ApplierDeps,
  blob: string,
  signal: AbortSignal,
): Promise<readonly InventoryEntry[]> {
  if (blob === '') return []
  const bytes = await surroundings.blobs.get(blob, signal)
  return decodeInventory(Buffer.from(bytes).toString('utf8'))
}
