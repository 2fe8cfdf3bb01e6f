import {
  bodyToJson,
  chainOf,
  decodeBody,
  EVENT_NAMES,
  leafOf,
  Metadata,
  refuseWriter,
} from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { readVectors } from './golden-vector.ts'

const vectors = [...readVectors()]

test('there is a vector of each event', () => {
  const types = new Set(vectors.map(([, { type }]) => type))
  expect(EVENT_NAMES.filter((name) => !types.has(name))).toEqual([])
})

test.each(vectors)(
  '%s is read as it was written',
  (_, { type, body, meta, bodyJson, metaJson }) => {
    const event = decodeBody(type, Buffer.from(body, 'hex'))
    expect(event).toBeDefined()
    expect(event === undefined ? undefined : bodyToJson(event)).toEqual(bodyJson)
    expect(Metadata.toJSON(Metadata.decode(Buffer.from(meta, 'hex')))).toEqual(metaJson)
  },
)

test.each(vectors)('%s has the leaf and the chain that it had', (_, vector) => {
  const leaf = leafOf({
    ...vector,
    position: BigInt(vector.position),
    version: BigInt(vector.version),
    atUs: BigInt(vector.atUs),
    body: Buffer.from(vector.body, 'hex'),
    meta: Buffer.from(vector.meta, 'hex'),
  })
  const chain = chainOf(Buffer.from(vector.chainBefore, 'hex'), leaf)
  expect(Buffer.from(leaf).toString('hex')).toBe(vector.leaf)
  expect(Buffer.from(chain).toString('hex')).toBe(vector.chain)
})

test.each(vectors)('%s may still be written where it was', (_, { writer, stream, type }) => {
  expect(refuseWriter(writer, stream, type)).toBeUndefined()
})
