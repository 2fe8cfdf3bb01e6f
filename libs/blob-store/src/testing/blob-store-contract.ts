import { randomBytes } from 'node:crypto'
import { Secret, systemRandom } from '@tidemark/kernel'
import { openKeyring, type Keyring } from '@tidemark/sealing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RawBlobs, type StoredBlobs } from '../raw-blobs.ts'
import { rewrapBlobs } from '../rewrap-blobs.ts'
import { SealedBlobStore } from '../sealed-blob-store.ts'

/** An empty place for blobs. */
export interface BlobRig extends AsyncDisposable {
  /** As its user sees it. */
  readonly raw: RawBlobs
  /** As the one sees it who looks after it. */
  readonly stored: StoredBlobs
  /** The place after its process was killed and started again. */
  reopen?(): Promise<RawBlobs>
}

const installationSecret = new Secret(Uint8Array.from({ length: 32 }, (_, at) => at + 1))

/** What the blob store must do over each place. */
export function describeBlobStore(name: string, open: () => Promise<BlobRig>): void {
  // oxlint-disable-next-line vitest/valid-title -- The adapter's test gives it.
  describe(name, () => {
    let rig: BlobRig
    let store: SealedBlobStore
    const keyring = keyringWith()

    beforeEach(async () => {
      rig = await open()
      store = new SealedBlobStore(rig.raw, keyring)
    })
    afterEach(async () => {
      await rig[Symbol.asyncDispose]()
    })

    test.for([0, 1, 2_000, 512 * 1024, 512 * 1024 + 1, 3_000_000])(
      '%i bytes come back under their name',
      async (length) => {
        const content = new Uint8Array(randomBytes(length))
        const blob = await store.put(content)
        expect(blob).toBe(keyring.nameOf(content))
        expect(Buffer.compare(await store.get(blob), content)).toBe(0)
        await expect(store.has(blob)).resolves.toBe(true)
      },
    )

    test('a blob that was never put is missing, by name', async () => {
      const absent = 'a'.repeat(64)
      await expect(store.has(absent)).resolves.toBe(false)
      await expect(store.get(absent)).rejects.toMatchObject({
        code: 'blob-missing',
        retry: 'later',
        message: `cannot read blob ${absent}: it is not in the store`,
      })
    })

    test('a blob above the limit is refused', async () => {
      await expect(store.put(new Uint8Array(64 * 1024 * 1024 + 1))).rejects.toMatchObject({
        code: 'blob-too-large',
        retry: 'never',
      })
    })

    test('equal content is kept once, also when it is put at the same time', async () => {
      const large = new Uint8Array(randomBytes(1_500_000))
      const same = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? text('same') : large))
      const names = await Promise.all(same.map((content) => store.put(content)))
      expect(new Set(names).size).toBe(2)
      expect(Buffer.compare(await store.get(keyring.nameOf(large)), large)).toBe(0)
      await expect(rig.stored.list({ after: '', limit: 10 })).resolves.toEqual(
        [...new Set(names)].toSorted(),
      )
    })

    test('several are put at once, with names in order, also twice the same', async () => {
      const contents = Array.from({ length: 300 }, (_, at) => text(`blob ${at % 290}`))
      const names = await store.putAll(contents)
      expect(names).toEqual(contents.map((content) => keyring.nameOf(content)))
      const back = await Promise.all(names.map((each) => store.get(each)))
      expect(back.map((bytes) => Buffer.from(bytes).toString())).toEqual(
        contents.map((content) => Buffer.from(content).toString()),
      )
      await expect(store.putAll([])).resolves.toEqual([])
    })

    test('names are listed page by page', async () => {
      const names = await store.putAll(Array.from({ length: 40 }, (_, at) => text(String(at))))
      const pages: string[] = []
      for (let after = ''; ; after = pages.at(-1) ?? '') {
        const page = await rig.stored.list({ after, limit: 16 })
        pages.push(...page)
        if (page.length < 16) break
      }
      expect(pages).toEqual([...names].toSorted())
    })

    test('nothing of the content can be read in the place itself', async () => {
      const blob = await store.put(text('password: correct-horse-battery'))
      const sealed = await rig.stored.read(blob)
      expect(Buffer.from(sealed ?? []).includes('correct-horse')).toBe(false)
    })

    test.for([
      ['a flipped bit in the body', flipped(-20)],
      ['a flipped bit in the head', flipped(8)],
      ['a cut', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
      ['nothing left', () => new Uint8Array(0)],
    ] as const)('%s is found when it is read', async ([, damage]) => {
      const blob = await store.put(text('a manifest'))
      const sealed = await rig.stored.read(blob)
      await rig.stored.replace({ name: blob, bytes: damage(sealed ?? new Uint8Array(0)) })
      await expect(store.get(blob)).rejects.toMatchObject({ code: 'blob-corrupt', retry: 'never' })
    })

    test("another blob's bytes under a name are found", async () => {
      const [one = '', other = ''] = await store.putAll([text('one'), text('other')])
      const bytes = (await rig.stored.read(other)) ?? new Uint8Array(0)
      await rig.stored.replace({ name: one, bytes })
      await expect(store.get(one)).rejects.toThrow('it holds the bytes of another blob')
    })

    test('putting the content again mends a corrupt blob', async () => {
      const mending = new SealedBlobStore(rig.stored, keyring)
      const blob = await mending.put(text('a manifest'))
      await rig.stored.replace({ name: blob, bytes: text('garbage') })
      await mending.put(text('a manifest'))
      expect(Buffer.from(await store.get(blob)).toString()).toBe('a manifest')
    })

    test('a key that is not configured is named', async () => {
      const rotated = new SealedBlobStore(rig.raw, keyringWith('2026-02'))
      const blob = await rotated.put(text('new'))
      await expect(store.get(blob)).rejects.toMatchObject({
        code: 'sealing-key-missing',
        message: expect.stringContaining('2026-02'),
      })
      await expect(store.put(text('new'))).resolves.toBe(blob)
    })

    test('keys rotate without the content being sealed again', async () => {
      const large = new Uint8Array(randomBytes(1_300_000))
      const contents = [...Array.from({ length: 20 }, (_, at) => text(`old ${at}`)), large]
      const names = await store.putAll(contents)
      const rotated = keyringWith('2026-02')
      const failures: string[] = []
      const onFailure = (blob: string): void => void failures.push(blob)
      await expect(rewrapBlobs(rig.stored, rotated, { onFailure })).resolves.toBe(21)
      await expect(rewrapBlobs(rig.stored, rotated, { onFailure })).resolves.toBe(0)
      expect(failures).toEqual([])
      const after = new SealedBlobStore(rig.raw, rotated)
      for (const [at, blob] of names.entries()) {
        expect(Buffer.compare(await after.get(blob), contents[at] ?? text(''))).toBe(0)
      }
      await expect(store.get(names[0] ?? '')).rejects.toMatchObject({ code: 'sealing-key-missing' })
    })

    test('a blob that cannot be opened does not stop the rotation', async () => {
      const [one = '', other = ''] = await store.putAll([text('one'), text('other')])
      await rig.stored.replace({ name: one, bytes: text('garbage') })
      const failures: string[] = []
      const onFailure = (blob: string): void => void failures.push(blob)
      const rotated = keyringWith('2026-02')
      await expect(rewrapBlobs(rig.stored, rotated, { onFailure })).resolves.toBe(1)
      expect(failures).toEqual([one])
      const after = new SealedBlobStore(rig.raw, rotated)
      await expect(after.get(other)).resolves.toBeDefined()
    })

    test('what was put is there after a restart', async () => {
      if (rig.reopen === undefined) {
        return // This place ends with its process.
      }
      const names = await store.putAll([text('one'), new Uint8Array(700_000)])
      const again = new SealedBlobStore(await rig.reopen(), keyring)
      for (const blob of names) await expect(again.get(blob)).resolves.toBeDefined()
    })
  })
}

function keyringWith(id?: string): Keyring {
  const secret = new Secret(Uint8Array.from({ length: 32 }, (_, at) => 255 - at))
  return openKeyring({
    installationSecret,
    keyEncryptionSecrets: id === undefined ? [] : [{ id, secret }],
    random: systemRandom,
  })
}

function flipped(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const copy = Uint8Array.from(bytes)
    const index = at < 0 ? copy.length + at : at
    copy[index] = (copy[index] ?? 0) ^ 1
    return copy
  }
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}
