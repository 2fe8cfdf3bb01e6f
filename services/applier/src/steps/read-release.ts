import { decodeInventory, type InventoryEntry } from '@tidemark/apply'
import type { ApplyRequested } from '@tidemark/contracts'
import { roleOf } from '@tidemark/flux'
import { readManifest, type Manifest } from '@tidemark/manifests'
import { isRemoval, type ApplierDeps } from './deps.ts'

/** The objects that a release puts on the cluster: without Flux's own kinds, and without Flux itself. */
export async function readDesired(
  { releases }: ApplierDeps,
  requested: ApplyRequested,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  if (isRemoval(requested)) return []
  const objects = await releases.objects(requested.manifestBlob, signal)
  return objects
    .filter((object) => roleOf(object) === 'applied')
    .map((object) => readManifest(object, 'release'))
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
