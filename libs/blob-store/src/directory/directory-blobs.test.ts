import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Secret, systemRandom } from '@tidemark/kernel'
import { openKeyring } from '@tidemark/sealing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SealedBlobStore } from '../sealed-blob-store.ts'
import { describeBlobStore } from '../testing/blob-store-contract.ts'
import { openDirectoryBlobs, type DirectoryStep } from './directory-blobs.ts'

const keyring = openKeyring({
  installationSecret: new Secret(new Uint8Array(systemRandom.bytes(32))),
  random: systemRandom,
})

describeBlobStore('blobs in a directory', async () => {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-blobs-'))
  const raw = await openDirectoryBlobs({ path, random: systemRandom })
  return {
    raw,
    stored: raw,
    reopen: () => openDirectoryBlobs({ path, random: systemRandom }),
    [Symbol.asyncDispose]: () => {
      rmSync(path, { recursive: true })
      return Promise.resolve()
    },
  }
})

const childSecret = 'a secret of thirty-two bytes, yes'.slice(0, 32)
const childKeyring = openKeyring({
  installationSecret: new Secret(new TextEncoder().encode(childSecret)),
  random: systemRandom,
})

describe('a directory of blobs', () => {
  let path: string

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'tidemark-blobs-'))
  })
  afterEach(() => {
    rmSync(path, { recursive: true })
  })

  const open = async (failAt?: DirectoryStep, code = 'EIO'): Promise<SealedBlobStore> => {
    const onStep = (step: DirectoryStep): void => {
      if (step === failAt) throw Object.assign(new Error(code), { code })
    }
    return new SealedBlobStore(
      await openDirectoryBlobs({ path, random: systemRandom, onStep }),
      keyring,
    )
  }
  const content = new Uint8Array(5_000).fill(7)

  test('what comes while a write is held up goes along with it, into one file', async () => {
    const held = Promise.withResolvers<void>()
    const raw = await openDirectoryBlobs({
      path,
      random: systemRandom,
      gather: () => held.promise,
    })
    const store = new SealedBlobStore(raw, keyring)
    const puts = [1, 2, 3].map((fill) => store.put(new Uint8Array(100).fill(fill)))
    held.resolve()
    const names = await Promise.all(puts)
    const files = readdirSync(path, { recursive: true, withFileTypes: true })
    expect(files.filter((file) => file.isFile())).toHaveLength(1)
    expect(Buffer.from(await store.get(names[2] ?? ''))).toEqual(Buffer.alloc(100, 3))
  })

  test.for(['write', 'rename', 'sync-folder'] as const)(
    'a crash before %s leaves the blob whole or absent, and nothing else after a restart',
    async (step) => {
      const dying = await open(step)
      await expect(dying.put(content)).rejects.toMatchObject({
        code: 'blob-store-unavailable',
        retry: 'later',
      })
      const restarted = await open()
      expect(readdirSync(join(path, 'tmp'))).toEqual([])
      const there = await restarted.has(keyring.nameOf(content))
      expect(there).toBe(step === 'sync-folder')
      await restarted.put(content)
      expect(Buffer.compare(await restarted.get(keyring.nameOf(content)), content)).toBe(0)
    },
  )

  test('what was half-written before a crash is removed', async () => {
    await open()
    writeFileSync(join(path, 'tmp', `${'a'.repeat(64)}.0011`), 'half')
    await open()
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })

  test.for(['ENOSPC', 'EDQUOT'])('a full disk (%s) is told, and passes', async (code) => {
    const full = await open('write', code)
    await expect(full.put(content)).rejects.toMatchObject({
      code: 'blob-store-full',
      retry: 'later',
    })
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
    const roomy = await open()
    await expect(roomy.put(content)).resolves.toBe(keyring.nameOf(content))
  })

  test.for(['write', 'rename'] as const)(
    'a batch that fails before %s keeps none of its small blobs, and passes later',
    async (step) => {
      const blobs = Array.from({ length: 40 }, (_, at) => new Uint8Array(100 + at))
      const full = await open(step, 'ENOSPC')
      await expect(full.putAll(blobs)).rejects.toMatchObject({ code: 'blob-store-full' })
      const restarted = await open()
      expect(readdirSync(join(path, 'tmp'))).toEqual([])
      for (const blob of blobs) {
        await expect(restarted.has(keyring.nameOf(blob))).resolves.toBe(false)
      }
      const names = await restarted.putAll(blobs)
      for (const name of names) await expect(restarted.get(name)).resolves.toBeDefined()
    },
  )

  test('small blobs that come together share a file, and are there after a restart', async () => {
    const store = await open()
    const names = await store.putAll(Array.from({ length: 100 }, (_, at) => new Uint8Array(at)))
    expect(readdirSync(join(path, 'packs'))).toHaveLength(1)
    const restarted = await open()
    for (const name of names) await expect(restarted.get(name)).resolves.toBeDefined()
  })

  test('puts at the same time share the files of those that wait', async () => {
    const store = await open()
    const blobs = Array.from({ length: 200 }, (_, at) => new Uint8Array(at))
    await Promise.all(blobs.map((blob) => store.put(blob)))
    expect(readdirSync(join(path, 'packs')).length).toBeLessThan(50)
  })

  test('a replaced blob counts after a restart, not the one in the pack', async () => {
    const raw = await openDirectoryBlobs({ path, random: systemRandom })
    const [one, two] = ['a', 'b'].map((letter) => ({ name: letter.repeat(64), bytes: content }))
    if (one === undefined || two === undefined) throw new Error('there are two')
    await raw.write([one, two])
    await raw.replace({ name: one.name, bytes: Uint8Array.of(1) })
    const restarted = await openDirectoryBlobs({ path, random: systemRandom })
    await expect(restarted.read(one.name)).resolves.toHaveLength(1)
    await expect(restarted.read(two.name)).resolves.toHaveLength(5_000)
    await expect(restarted.list({ after: '', limit: 9 })).resolves.toEqual([one.name, two.name])
  })

  test('many small packs become few, and nothing is lost', async () => {
    const store = await open()
    const names: string[] = []
    for (let each = 0; each < 520; each += 1) {
      const pair = [0, 1].map((at) => new TextEncoder().encode(`${each}/${at}`))
      names.push(...(await store.putAll(pair)))
    }
    expect(readdirSync(join(path, 'packs')).length).toBeGreaterThan(512)
    const restarted = await open()
    expect(readdirSync(join(path, 'packs'))).toHaveLength(1)
    for (const name of names) await expect(restarted.get(name)).resolves.toBeDefined()
  })

  test.for([
    ['a flipped bit in the table', flipAt(40)],
    ['a flipped bit at the start', flipAt(1)],
    ['a length that is out of bounds', flipAt(8)],
    ['a cut', (pack: Buffer) => pack.subarray(0, pack.length - 1)],
    ['nothing left', () => Buffer.alloc(0)],
  ] as const)('a pack with %s is named', async ([, damage]) => {
    const store = await open()
    await store.putAll([new Uint8Array(1), new Uint8Array(2)])
    const [file = ''] = readdirSync(join(path, 'packs'))
    const pack = join(path, 'packs', file)
    writeFileSync(pack, damage(readFileSync(pack)))
    await expect(open()).rejects.toMatchObject({
      code: 'blob-pack-damaged',
      retry: 'never',
      message: expect.stringContaining(pack),
    })
  })

  test('what was kept before kill -9 is there, and nothing half', async () => {
    for (const killAfter of [40, 75, 130]) {
      const kept = await putUntilKilled(path, killAfter)
      const raw = await openDirectoryBlobs({ path, random: systemRandom })
      const store = new SealedBlobStore(raw, childKeyring)
      for (const name of kept) await expect(store.get(name)).resolves.toBeDefined()
      const names = await raw.list({ after: '', limit: 10_000 })
      for (const name of names) await expect(store.get(name)).resolves.toBeDefined()
      expect(kept.length).toBeGreaterThanOrEqual(killAfter)
    }
  })

  test('only its owner may read it, and names cannot leave it', async () => {
    const store = await open()
    const name = await store.put(content)
    expect(statSync(join(path, name.slice(0, 1), name)).mode & 0o077).toBe(0)
    await expect(store.get('../../../etc/passwd')).rejects.toMatchObject({ code: 'blob-missing' })
    await expect(store.has('../../../etc/passwd')).resolves.toBe(false)
  })

  test('a path that is no directory is an outage that names it', async () => {
    writeFileSync(join(path, 'file'), '')
    const opened = openDirectoryBlobs({ path: join(path, 'file'), random: systemRandom })
    await expect(opened).rejects.toThrow(`cannot open the blob directory ${join(path, 'file')}`)
  })
})

/** Another process puts blobs, four at a time, and tells each name that is kept; after so many it is killed. */
async function putUntilKilled(path: string, killAfter: number): Promise<readonly string[]> {
  const sources = ['../../../kernel/src/index.ts', '../../../sealing/src/index.ts', '../index.ts']
  const [kernel, sealing, blobs] = sources.map((source) => join(import.meta.dirname, source))
  const script = `
    const { Secret, systemRandom } = await import(${JSON.stringify(kernel)})
    const { openKeyring } = await import(${JSON.stringify(sealing)})
    const { openDirectoryBlobs, SealedBlobStore } = await import(${JSON.stringify(blobs)})
    const secret = new Secret(new TextEncoder().encode(${JSON.stringify(childSecret)}))
    const keyring = openKeyring({ installationSecret: secret, random: systemRandom })
    const raw = await openDirectoryBlobs({ path: ${JSON.stringify(path)}, random: systemRandom })
    const store = new SealedBlobStore(raw, keyring)
    const work = async () => {
      for (;;) process.stdout.write(await store.put(systemRandom.bytes(3000)) + '\\n')
    }
    await Promise.all([work(), work(), work(), work()])
  `
  const flags = ['--conditions=source', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const kept: string[] = []
  for await (const name of createInterface({ input: child.stdout })) {
    if (name.length === 64) kept.push(name)
    if (kept.length === killAfter) child.kill('SIGKILL')
  }
  return kept
}

function flipAt(index: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const copy = Buffer.from(bytes)
    copy[index] = (copy[index] ?? 0) ^ 0x40
    return copy
  }
}
