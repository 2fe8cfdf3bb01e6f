import type { ProviderModel } from '@tidemark/flux'
import type { TileStore } from '@tidemark/merkle'
import type { SecretValues } from '@tidemark/service'
import type { FluxEvent } from './steps/flux-event.ts'

/** A head of the tree: how many leaves, and their root. */
export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/** What the auditor keeps for itself. It can be dropped: all of it follows from the ledger and the key. */
export interface AuditStorage {
  readonly tiles: TileStore
  /** How many leaves the kept tiles hold for certain; 0 at first. */
  sealedSize(): Promise<number>
  /** Says that the tiles of this many leaves are kept. MUST be durable before it resolves. */
  setSealedSize(size: number): Promise<void>
  /**
   * Keeps a head before it is signed, and gives the head that is kept for its size: the one given, or the
   * one that was kept before. A size is never signed with another root (RELIABILITY 3.8, C1).
   */
  prepare(head: TreeHead): Promise<TreeHead>
}

/** A notification with all that is needed to send it. It holds secrets: it MUST NOT be logged. */
export interface Parcel {
  readonly event: FluxEvent
  readonly provider: ProviderModel
  /** What `secretRef`, `proxySecretRef` and `certSecretRef` name. */
  readonly credentials: SecretValues | undefined
  readonly proxy: SecretValues | undefined
  readonly certificates: SecretValues | undefined
  /** The commit that a status is set on, and the name of the status. */
  readonly commit: string
  readonly status: string
}

/** How a try to send ended. No message holds a secret, an address or what the other side said. */
export type Delivered =
  | { readonly kind: 'sent' }
  /** The answer is no: the same again is refused again. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** There is no answer. */
  | { readonly kind: 'unanswered'; readonly code: string; readonly message: string }

/** Where notifications go. */
export interface Courier {
  /** Sends one. MUST NOT reject, but where the signal ended it, and MUST NOT take longer than the Provider's timeout. */
  deliver(parcel: Parcel, signal: AbortSignal): Promise<Delivered>
}
