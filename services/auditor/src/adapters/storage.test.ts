import { openTiledTree } from '@tidemark/merkle'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { AuditStorage } from '../ports.ts'
import { directoryStorage } from './directory-storage.ts'
import { memoryStorage } from './memory-storage.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

const leaf = (n: number): Uint8Array => new Uint8Array(32).fill(n % 251)
const leaves = (from: number, to: number): readonly Uint8Array[] =>
  Array.from({ length: to - from }, (_, index) => leaf(from + index))

/** Each storage, and what opens it again: after a restart it has what it had. */
const storages: Readonly<Record<string, () => Promise<() => AuditStorage>>> = {
  memory: async () => {
    const storage = memoryStorage()
    return () => storage
  },
  directory: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'audit-'))
    folders.push(folder)
    return () => directoryStorage(folder)
  },
}

describe.each(Object.entries(storages))('%s storage', (_, make) => {
  test('nothing is sealed at first, and what was said stays said', async () => {
    const open = await make()
    expect(await open().sealedSize()).toBe(0)
    await open().setSealedSize(300)
    expect(await open().sealedSize()).toBe(300)
  })

  test('a size has one root for ever', async () => {
    const open = await make()
    const first = { size: 7, root: leaf(1) }
    expect(await open().prepare(first)).toEqual(first)
    const second = await open().prepare({ size: 7, root: leaf(2) })
    expect(Buffer.from(second.root)).toEqual(Buffer.from(first.root))
  })

  test('a tree that is opened again goes on to the same root, also over tiles that are not full', async () => {
    const open = await make()
    const whole = await openTiledTree(memoryStorage().tiles, 0)
    await whole.append(leaves(0, 600))
    for (const [from, to] of [
      [0, 10],
      [10, 300],
      [300, 600],
    ] as const) {
      const tree = await openTiledTree(open().tiles, from)
      await tree.append(leaves(from, to))
    }
    const again = await openTiledTree(open().tiles, 600)
    expect(Buffer.from(again.root())).toEqual(Buffer.from(whole.root()))
  })

  test('tiles that were kept before a crash and are written again change nothing', async () => {
    const open = await make()
    const ahead = await openTiledTree(open().tiles, 0)
    await ahead.append(leaves(0, 260))
    const behind = await openTiledTree(open().tiles, 100)
    await behind.append(leaves(100, 260))
    expect(Buffer.from(behind.root())).toEqual(Buffer.from(ahead.root()))
  })
})
