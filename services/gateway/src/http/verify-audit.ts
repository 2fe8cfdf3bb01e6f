import {
  CHAIN_START,
  chainOf,
  leafOf,
  type CheckpointSigned,
  type StoredEvent,
  type VerifyAuditResponse,
} from '@tidemark/contracts'
import type { EventStore } from '@tidemark/event-store'
import { CompactRange, openNote, parseCheckpoint, parseVerifier } from '@tidemark/merkle'

/**
 * Reads the whole ledger again: each event gives its leaf, each leaf the chain, and the tree of them the root
 * that was signed. Says the first position that is wrong.
 */
export async function verifyAudit(
  store: EventStore,
  checkpoint: CheckpointSigned | undefined,
): Promise<VerifyAuditResponse> {
  const replay = new Replay(checkpoint?.size ?? 0n)
  for (;;) {
    const { events } = await store.readLog(replay.position)
    if (events.length === 0) break
    const bad = events.find((stored) => !replay.follow(stored))
    if (bad !== undefined) {
      const message = `the event at position ${bad.position} is not the one that was written`
      return answer(checkpoint, { firstBad: bad.position, message })
    }
  }
  if (checkpoint === undefined)
    return answer(checkpoint, {
      message: `${replay.position} events, no checkpoint yet`,
      good: true,
    })
  const problem = checkpointProblem(checkpoint, replay.signedRoot)
  if (problem !== undefined) return answer(checkpoint, { message: problem })
  return answer(checkpoint, {
    message: `${replay.position} events, ${checkpoint.size} of them under the signed root`,
    good: true,
  })
}

/** The ledger, hashed again from its first event. */
class Replay {
  readonly #size: bigint
  readonly #tree = new CompactRange(0, [])
  #chain: Uint8Array = CHAIN_START
  position = 0n
  /** The root of the tree when it had the size that was signed. */
  signedRoot: Uint8Array | undefined

  constructor(size: bigint) {
    this.#size = size
  }

  /** Whether the event is the one that was written there. */
  follow(stored: StoredEvent): boolean {
    const leaf = leafOf(stored)
    const chain = chainOf(this.#chain, leaf)
    if (stored.position !== this.position + 1n) return false
    if (!equal(leaf, stored.leaf) || !equal(chain, stored.chain)) return false
    this.#chain = chain
    this.position = stored.position
    this.#tree.append(leaf, () => undefined)
    if (this.position === this.#size) this.signedRoot = this.#tree.root()
    return true
  }
}

function checkpointProblem(
  checkpoint: CheckpointSigned,
  root: Uint8Array | undefined,
): string | undefined {
  if (root === undefined || !equal(root, checkpoint.root))
    return `the signed root of ${checkpoint.size} events is not the root of the ledger`
  const note = openNote(checkpoint.note, [parseVerifier(checkpoint.verifierKey)])
  if (note.kind === 'unverified') return `the checkpoint is not signed: ${note.reason}`
  const parsed = parseCheckpoint(note.text)
  const same = BigInt(parsed.size) === checkpoint.size && equal(parsed.root, checkpoint.root)
  return same ? undefined : 'the signed text is about another head'
}

function answer(
  checkpoint: CheckpointSigned | undefined,
  {
    message,
    good = false,
    firstBad = 0n,
  }: { readonly message: string; readonly good?: boolean; readonly firstBad?: bigint },
): VerifyAuditResponse {
  return {
    good,
    firstBad,
    message,
    size: checkpoint?.size ?? 0n,
    root: checkpoint?.root ?? new Uint8Array(),
    note: checkpoint?.note ?? '',
    publicKey: checkpoint?.verifierKey ?? '',
  }
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right)
}
