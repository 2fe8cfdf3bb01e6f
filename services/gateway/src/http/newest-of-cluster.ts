import { record, streams, type EventName, type Recorded } from '@tidemark/contracts'
import type { Surroundings } from '@tidemark/service'

/** The last event of these types of a cluster, and the version of its stream. */
export interface NewestOfCluster {
  readonly known: Recorded | undefined
  readonly version: bigint
}

/** Looks in the ledger, which the read model may not have caught up with. */
export async function newestOfCluster(
  { store }: Pick<Surroundings, 'store'>,
  cluster: string,
  types: readonly EventName[],
): Promise<NewestOfCluster> {
  const past = await store.readStream(streams.cluster(cluster), 0n)
  const newest = past.findLast(({ type }) => types.some((wanted) => wanted === type))
  const known = newest === undefined ? undefined : record(newest)
  return { known, version: past.at(-1)?.version ?? 0n }
}
