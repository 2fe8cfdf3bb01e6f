import {
  isPending,
  readReleaseSecret,
  releaseSecret,
  releaseSecretIdentity,
  releaseSelector,
  ReleaseUnreadable,
  withStatus,
  type ReleaseRecord,
  type StoredRelease,
} from '@tidemark/apply'
import { canonicalJson } from '@tidemark/manifests'
import type { Logger } from '@tidemark/service'
import type { WatchedCluster } from '../ports.ts'

const SECRET = { group: '', version: 'v1', kind: 'Secret' }

export interface ReleaseRecordsOptions {
  readonly cluster: Pick<WatchedCluster, 'client' | 'clock' | 'fieldManager'>
  readonly log: Logger
  readonly name: string
  readonly storageNamespace: string
}

/**
 * The records of one release, where the `helm` command line looks for them. What is answered with `refused` is what the
 * cluster said; where it says nothing, the error goes to the reactor.
 */
export class ReleaseRecords {
  readonly #options: ReleaseRecordsOptions

  constructor(options: ReleaseRecordsOptions) {
    this.#options = options
  }

  /** All of them, the oldest first. One that cannot be read is left alone, as Helm leaves it. */
  async all(signal: AbortSignal): Promise<readonly StoredRelease[]> {
    const { cluster, log, name, storageNamespace: namespace } = this.#options
    const selection = { namespace, labelSelector: releaseSelector(name) }
    const listed = await cluster.client.list(SECRET, selection, signal)
    if (listed.kind !== 'listed') return []
    const read = listed.objects.flatMap((secret) => {
      try {
        return [readReleaseSecret(secret)]
      } catch (error) {
        if (!(error instanceof ReleaseUnreadable)) throw error
        log.warn('a record of Helm cannot be read', { release: name, error: error.message })
        return []
      }
    })
    return read.toSorted((left, right) => left.record.revision - right.record.revision)
  }

  /** Writes one. What the cluster says against it, or `undefined`. */
  async write(stored: StoredRelease, signal: AbortSignal): Promise<string | undefined> {
    const { cluster, storageNamespace, name } = this.#options
    const { revision } = stored.record
    try {
      const secret = releaseSecret(stored, { storageNamespace, nowMs: cluster.clock.now() })
      const ref = releaseSecretIdentity({ storageNamespace, name, revision })
      const options = { fieldManager: cluster.fieldManager, conflicts: 'taken' } as const
      const answer = await cluster.client.apply(
        { ref, body: canonicalJson(secret) },
        options,
        signal,
      )
      return answer.kind === 'refused' ? `cannot record the release: ${answer.message}` : undefined
    } catch (error) {
      if (!(error instanceof ReleaseUnreadable)) throw error
      return error.message
    }
  }

  /** A new revision begins: what was left under way before it has failed, and the oldest records go. */
  async begin(
    record: ReleaseRecord,
    { recordsMax, all }: { readonly recordsMax: number; readonly all: readonly StoredRelease[] },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const others = all.filter((stored) => stored.record.revision !== record.revision)
    for (const stored of others.filter((other) => isPending(other.record.status)))
      await this.write(unlocked(stored), signal)
    const problem = await this.write({ record, labels: others.at(-1)?.labels ?? {} }, signal)
    if (problem !== undefined || recordsMax <= 0) return problem
    // As Helm does: the newest that is deployed stays, however old it is.
    const deployed = others.findLast((stored) => stored.record.status === 'deployed')
    const older = others.filter((stored) => stored !== deployed)
    const surplus = others.length + 1 - recordsMax
    for (const stored of older.slice(0, Math.max(0, surplus)))
      await this.remove(stored.record.revision, signal)
    return undefined
  }

  /** A revision is what runs now: all that were deployed before are superseded. */
  async deployed(record: ReleaseRecord, signal: AbortSignal): Promise<string | undefined> {
    const all = await this.all(signal)
    for (const stored of all)
      if (stored.record.status === 'deployed' && stored.record.revision !== record.revision)
        await this.write(
          { ...stored, record: withStatus(stored.record, { status: 'superseded' }) },
          signal,
        )
    const own = all.find((stored) => stored.record.revision === record.revision)
    return this.write({ record, labels: own?.labels ?? {} }, signal)
  }

  async remove(revision: number, signal: AbortSignal): Promise<void> {
    const { cluster, name, storageNamespace } = this.#options
    await cluster.client.delete(
      releaseSecretIdentity({ storageNamespace, name, revision }),
      {},
      signal,
    )
  }
}

function unlocked({ record, labels }: StoredRelease): StoredRelease {
  const description = `Release unlocked from stale '${record.status}' state`
  return { labels, record: withStatus(record, { status: 'failed', description }) }
}
