import type { Random } from '@tidemark/kernel'

const FIRST_MS = 200
const LAST_MS = 60_000

/** Full-jitter backoff: a random wait of up to 0.2 s, 0.4 s, ... 60 s for tries 1, 2, ... */
export function backoffMs(tries: number, random: Random): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 20))
  return Math.ceil(random.fraction() * ceiling)
}
