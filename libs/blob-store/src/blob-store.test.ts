import { Secret, systemRandom } from '@tidemark/kernel'
import { openKeyring } from '@tidemark/sealing'
import { describe, expect, test } from 'vitest'
import { type BlobStore } from './blob-store.ts'
import { answerBlobRequests, busBlobs } from './bus/bus-blobs.ts'
import { encodeRequest } from './bus/blob-messages.ts'
import { CachedBlobStore } from './cached-blob-store.ts'
import { ChunkedBlobs, ChunkedStoredBlobs } from './chunked-blobs.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { SealedBlobStore } from './sealed-blob-store.ts'
import { describeBlobStore } from './testing/blob-store-contract.ts'

const MESSAGE_BYTES_MAX = 1024 * 1024

const keyring = openKeyring({
  installationSecret: new Secret(new Uint8Array(systemRandom.bytes(32))),
  random: systemRandom,
})

describeBlobStore('blobs in memory', () => {
  const raw = new MemoryBlobs()
  return Promise.resolve({ raw, stored: raw, [Symbol.asyncDispose]: () => Promise.resolve() })
})

describeBlobStore('blobs over a bus', () => {
  const kept = new MemoryBlobs()
  // Two replicas answer in turn, over messages of a size that the bus carries.
  const replicas = [answerBlobRequests(kept), answerBlobRequests(kept)] as const
  let turn = 0
  const raw = busBlobs(async (request) => {
    turn += 1
    const answer = await replicas[turn % 2 === 0 ? 0 : 1](request)
    if (Math.max(request.length, answer.length) <= MESSAGE_BYTES_MAX) return answer
    throw new Error('the bus does not carry that')
  })
  return Promise.resolve({
    raw,
    stored: new ChunkedStoredBlobs(kept),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
})

describe('requests for blobs', () => {
  const answer = answerBlobRequests(new MemoryBlobs())

  test.for([
    new Uint8Array(0),
    Uint8Array.of(1, 2, 3),
    Buffer.from('R../../etc/passwd'),
    Buffer.from(`H${'A'.repeat(64)}`),
    Buffer.from('W\u0040abc'),
    Buffer.concat([
      Buffer.from('W\u0040'),
      Buffer.from('a'.repeat(64)),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 1]),
    ]),
  ])('that no client of ours sends are refused: case %#', async (request) => {
    await expect(answer(request)).rejects.toMatchObject({
      code: 'blob-request-invalid',
      retry: 'never',
    })
  })

  test('for many of the smallest blobs fit a message', async () => {
    const blobs = Array.from({ length: 10_000 }, (_, at) => ({
      name: at.toString(16).padStart(64, '0'),
      bytes: new Uint8Array(1),
    }))
    const sizes: number[] = []
    const raw = busBlobs((request) => {
      sizes.push(request.length)
      return answer(request)
    })
    await raw.write(blobs)
    expect(Math.max(...sizes)).toBeLessThan(MESSAGE_BYTES_MAX)
    expect(encodeRequest({ kind: 'write', blobs }).length).toBeGreaterThan(512 * 1024)
    await expect(raw.has(blobs.at(-1)?.name ?? '')).resolves.toBe(true)
  })
})

describe('a blob in pieces', () => {
  test('of which one is lost is corrupt', async () => {
    const kept = new MemoryBlobs()
    const store = new SealedBlobStore(new ChunkedBlobs(kept), keyring)
    const blob = await store.put(new Uint8Array(2_000_000))
    const part = (await kept.list({ after: '', limit: 10 })).find((name) => name.endsWith('.2'))
    await kept.replace({ name: part ?? '', bytes: new Uint8Array(1) })
    await expect(store.get(blob)).rejects.toMatchObject({ code: 'blob-corrupt' })
  })

  test('that was not finished is not there', async () => {
    const kept = new MemoryBlobs()
    let writes = 0
    const dying = new ChunkedBlobs({
      has: (name) => kept.has(name),
      read: (name) => kept.read(name),
      write: async (blobs) => {
        writes += 1
        if (writes === 3) throw new Error('killed')
        await kept.write(blobs)
      },
    })
    const content = new Uint8Array(2_000_000)
    await expect(new SealedBlobStore(dying, keyring).put(content)).rejects.toThrow('killed')
    const store = new SealedBlobStore(new ChunkedBlobs(kept), keyring)
    await expect(store.has(keyring.nameOf(content))).resolves.toBe(false)
    await store.put(content)
    await expect(store.get(keyring.nameOf(content))).resolves.toHaveLength(2_000_000)
  })
})

describe('a cache', () => {
  test('reads each blob once, also when many ask at the same time', async () => {
    const { store, reads } = counting()
    const blob = await store.put(new Uint8Array(10))
    const cached = new CachedBlobStore(store, { bytesMax: 1_000 })
    await Promise.all(Array.from({ length: 10 }, () => cached.get(blob)))
    await cached.get(blob)
    expect(reads).toEqual([blob])
  })

  test('forgets what was used least recently when it is full', async () => {
    const { store, reads } = counting()
    const cached = new CachedBlobStore(store, { bytesMax: 250 })
    const [one = '', two = '', three = ''] = await store.putAll(
      [1, 2, 3].map((each) => new Uint8Array(100).fill(each)),
    )
    for (const blob of [one, two, one, three, one, two]) await cached.get(blob)
    expect(reads).toEqual([one, two, three, two])
  })

  test('serves what was put through it, and nothing that is too large for it', async () => {
    const { store, reads } = counting()
    const cached = new CachedBlobStore(store, { bytesMax: 100 })
    const small = await cached.put(new Uint8Array(100))
    const [large = ''] = await cached.putAll([new Uint8Array(101)])
    await cached.get(small)
    await cached.get(large)
    await cached.get(large)
    expect(reads).toEqual([large, large])
  })

  test('does not keep a failure', async () => {
    const { store } = counting()
    const cached = new CachedBlobStore(store, { bytesMax: 100 })
    const content = new Uint8Array(3)
    const blob = keyring.nameOf(content)
    await expect(cached.get(blob)).rejects.toMatchObject({ code: 'blob-missing' })
    await store.put(content)
    await expect(cached.get(blob)).resolves.toHaveLength(3)
  })
})

function counting(): { readonly store: BlobStore; readonly reads: string[] } {
  const store = new SealedBlobStore(new MemoryBlobs(), keyring)
  const reads: string[] = []
  return {
    reads,
    store: {
      put: (bytes) => store.put(bytes),
      putAll: (blobs) => store.putAll(blobs),
      has: (name) => store.has(name),
      get: (name) => {
        reads.push(name)
        return store.get(name)
      },
    },
  }
}
