import type { LogStream, LogStreamInfo } from '@tidemark/bus'
import type { Random } from '@tidemark/kernel'
import type { LogHead, LogSource } from '../ledger-store.ts'
import { isMessageOf } from './log-message.ts'

const SAMPLES = 8 // Beside the first and the last. A stream that lost a tenth is found within some minutes.

/** How the log on the bus stands to the log in the store. */
export type LogComparison =
  /** It is the same as far as it goes; go on behind this position. */
  | { readonly kind: 'same'; readonly lastPosition: bigint }
  /** It is not there, or not the same: it has to be made anew. */
  | { readonly kind: 'different'; readonly why: string }

/**
 * Compares the first, the last and some random messages of the stream with the store. Losing all of
 * JetStream, or a part of it, or going back to a backup of the store all show here.
 */
export async function compareLog(
  source: LogSource,
  log: LogStream,
  random: Random,
): Promise<LogComparison> {
  const info = await log.info()
  if (info === undefined) return { kind: 'different', why: 'there is no stream' }
  // Read second: what the stream has by now, the store had before.
  const head = await source.head()
  if (info.lastPosition > head.position)
    return {
      kind: 'different',
      why: `the stream is at ${info.lastPosition}, the log ends at ${head.position}`,
    }
  for (const position of samples(info, random)) {
    const wrong = await differenceAt(source, log, position)
    if (wrong !== undefined) return { kind: 'different', why: wrong }
  }
  return { kind: 'same', lastPosition: info.lastPosition }
}

/** Where a new stream begins: at the oldest event that it is worth having there. */
export function rebuildFrom({ position }: LogHead, eventsMax: bigint): bigint {
  return position > eventsMax ? position - eventsMax + 1n : 1n
}

function samples(
  { firstPosition, lastPosition }: LogStreamInfo,
  random: Random,
): ReadonlySet<bigint> {
  const count = Number(lastPosition - firstPosition) + 1
  if (count <= 0) return new Set()
  const picked = Array.from(
    { length: SAMPLES },
    () => firstPosition + BigInt(Math.floor(random.fraction() * count)),
  )
  return new Set([lastPosition, firstPosition, ...picked])
}

async function differenceAt(
  source: LogSource,
  log: LogStream,
  position: bigint,
): Promise<string | undefined> {
  const message = await log.read(position)
  const [event] = await source.readPage(position - 1n, 1)
  if (event === undefined) return `the log has no position ${position}`
  if (message !== undefined)
    return isMessageOf(message, event) ? undefined : `the message at ${position} is another one`
  const info = await log.info()
  // The oldest messages go by age and size, also while we look.
  const isGone = info !== undefined && position < info.firstPosition
  return isGone ? undefined : `the message at ${position} is lost`
}
