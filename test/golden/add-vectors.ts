// Adds a vector for each form of an event that this build writes and no vector holds yet. It never changes or
// removes one: what was written once must decode and verify for ever. Run it after a change of an event:
//   node --conditions=source test/golden/add-vectors.ts
import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as contracts from '@tidemark/contracts'
import {
  bodyToJson,
  chainOf,
  decodeBody,
  derivedId,
  EVENT_NAMES,
  EVENT_SCHEMA,
  FAMILIES,
  leafOf,
  Metadata,
  type EventName,
} from '@tidemark/contracts'
import { readVectors, VECTORS, type GoldenVector } from './golden-vector.ts'
import { SampleMessages } from './sample-message.ts'

const AT_US = 1_767_225_600_123_456n

interface Codec {
  fromJSON(json: unknown): unknown
  encode(message: unknown): { finish(): Uint8Array }
}

const samples = new SampleMessages()
const vectors = new Map(readVectors())
for (const type of EVENT_NAMES)
  for (let variant = 0; variant < samples.variants(type); variant += 1) addWhereNew(type, variant)

function addWhereNew(type: EventName, variant: number): void {
  const codec = codecOf(type)
  const body = codec.encode(codec.fromJSON(samples.sample(type, variant))).finish()
  const known = [...vectors.values()].filter((vector) => vector.type === type)
  if (known.some((vector) => vector.body === hexOf(body))) return
  const file = `${type}.${known.length + 1}.json`
  const vector = vectorOf(type, body, known.length + 1)
  vectors.set(file, vector)
  writeFileSync(join(VECTORS, file), `${JSON.stringify(vector, undefined, 2)}\n`, { flag: 'wx' })
  console.log(`added ${file}`)
}

function vectorOf(type: EventName, body: Uint8Array, number: number): GoldenVector {
  const [family, { writer }] = familyOf(type)
  const meta = Metadata.encode(Metadata.fromJSON(samples.sample('Metadata', 0))).finish()
  const entry = {
    position: BigInt(number),
    id: derivedId('golden', type, number),
    stream: `${family}-golden`,
    version: BigInt(number),
    type,
    schema: EVENT_SCHEMA,
    body,
    meta,
    writer,
    atUs: AT_US,
  }
  const chainBefore = hash('sha256', `before ${type} ${number}`, 'buffer')
  const leaf = leafOf(entry)
  const decoded = decodeBody(type, body)
  if (decoded === undefined) throw new Error(`${type} is no event of this build`)
  return {
    ...entry,
    position: String(entry.position),
    version: String(entry.version),
    atUs: String(AT_US),
    body: hexOf(body),
    meta: hexOf(meta),
    leaf: hexOf(leaf),
    chainBefore: hexOf(chainBefore),
    chain: hexOf(chainOf(chainBefore, leaf)),
    bodyJson: bodyToJson(decoded),
    metaJson: Metadata.toJSON(Metadata.decode(meta)),
  }
}

function familyOf(type: EventName): readonly [string, { readonly writer: string }] {
  const found = Object.entries(FAMILIES).find(([, { events }]) => events.includes(type))
  if (found === undefined) throw new Error(`${type} is of no family`)
  return found
}

function codecOf(type: EventName): Codec {
  const codec: unknown = Reflect.get(contracts, type)
  if (!isCodec(codec)) throw new Error(`contracts exports no codec ${type}`)
  return codec
}

function isCodec(value: unknown): value is Codec {
  return typeof value === 'object' && value !== null && 'fromJSON' in value && 'encode' in value
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
