import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from './random.ts'

/** The operating system's source of randomness. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
}
