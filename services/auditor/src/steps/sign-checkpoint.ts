import { event, streams, type EventOf } from '@tidemark/contracts'
import { formatCheckpoint, signNote, type NoteSigner, type TiledTree } from '@tidemark/merkle'
import { assert, type CrashPoints } from '@tidemark/kernel'
import type { AuditStorage } from '../ports.ts'

export interface SignCheckpointDeps {
  readonly storage: AuditStorage
  readonly signer: NoteSigner
  /** `<install>/log/<log>`: what the checkpoint is of. */
  readonly origin: string
  readonly crashPoints: CrashPoints
}

/** The tree as it is -> CheckpointSigned. The head is kept before it is signed. */
export async function signCheckpoint(
  { storage, signer, origin, crashPoints }: SignCheckpointDeps,
  tree: TiledTree,
): Promise<EventOf<'CheckpointSigned'>> {
  const head = { size: tree.size, root: tree.root() }
  const kept = await storage.prepare(head)
  crashPoints.at('auditor.prepared')
  assert(Buffer.from(kept.root).equals(head.root), `two roots for tree size ${head.size}`)
  const note = signNote(
    formatCheckpoint({ origin, size: head.size, root: head.root, extensions: [] }),
    [signer],
  )
  return event('CheckpointSigned', {
    size: BigInt(head.size),
    root: head.root,
    note,
    verifierKey: signer.key,
  })
}

/** The one stream of checkpoints. */
export const CHECKPOINT_STREAM: string = streams.checkpoint('main')
