import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the vectors are: one file for each form of each event that was ever written. They never change. */
export const VECTORS: string = join(import.meta.dirname, 'events')

/** An event as it is stored, and what its bytes say. Bytes are in hexadecimal, 64-bit numbers in decimal. */
export interface GoldenVector {
  readonly type: string
  readonly schema: number
  readonly position: string
  readonly id: string
  readonly stream: string
  readonly version: string
  readonly writer: string
  readonly atUs: string
  readonly body: string
  readonly meta: string
  readonly leaf: string
  readonly chainBefore: string
  readonly chain: string
  /** As protobuf's JSON. */
  readonly bodyJson: unknown
  readonly metaJson: unknown
}

/** All vectors, by the name of their file. */
export function readVectors(): ReadonlyMap<string, GoldenVector> {
  const files = readdirSync(VECTORS).filter((file) => file.endsWith('.json'))
  return new Map(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Written by the script beside it, and tested.
    files.toSorted().map((file) => [file, JSON.parse(readText(file)) as GoldenVector]),
  )
}

function readText(file: string): string {
  return readFileSync(join(VECTORS, file), 'utf8')
}
