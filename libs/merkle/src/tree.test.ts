import { assert, asyncProperty, integer } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CompactRange } from './compact-range.ts'
import { proveConsistency, proveInclusion, readRoot, type HashReader } from './proofs.ts'
import { tileHashReader } from './tile-hash-reader.ts'
import { openTiledTree } from './tiled-tree.ts'
import { tilePath, tileWidth, TILE_WIDTH, type Tile, type TileStore } from './tiles.ts'
import { EMPTY_ROOT, HASH_BYTES, hashLeaf, hashNode } from './tree-hash.ts'
import { type TreeNode } from './tree-node.ts'
import { verifyConsistency, verifyInclusion } from './verify-proof.ts'

const leaves = Array.from({ length: 5_001 }, (_, index) => hashLeaf(Buffer.from(`entry ${index}`)))

describe('RFC 6962 and 9162, by the entries that all implementations test with', () => {
  const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
    '606162636465666768696a6b6c6d6e6f',
  )
  const known = entries.map((entry) => hashLeaf(Buffer.from(entry, 'hex')))

  test.for([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ] as const)('the root over %i entries is %s', ([size, root]) => {
    expect(hex([grow(known.slice(0, size)).root()])).toEqual([root])
  })

  test.for([
    [0, 8, ['96a296d224f285c6', '5f083f0a1a33ca07', '6b47aaf29ee3c2af']],
    [5, 8, ['bc1a0643b12e4d2d', 'ca854ea128ed050b', 'd37ee418976dd957']],
    [2, 7, ['07506a85fd9dd2f1', 'fac54203e7cc696c', '837dbb152e9b0790']],
    [4, 7, ['4271a26be0d8a84f', 'b08693ec2e721597', 'd37ee418976dd957']],
    [6, 7, ['0ebc5d3437fbe2db', 'd37ee418976dd957']],
  ] as const)('the path of entry %i in %i is %j', async ([index, size, path]) => {
    const proof = await proveInclusion(memoryReader(known), { index, size })
    expect(hex(proof).map((hash) => hash.slice(0, 16))).toEqual(path)
  })

  test.for([
    [1, 1, []],
    [1, 8, ['96a296d224f285c6', '5f083f0a1a33ca07', '6b47aaf29ee3c2af']],
    [6, 8, ['0ebc5d3437fbe2db', 'ca854ea128ed050b', 'd37ee418976dd957']],
    [2, 5, ['5f083f0a1a33ca07', 'bc1a0643b12e4d2d']],
    [3, 7, ['0298d122906dcfc1', '07506a85fd9dd2f1', 'fac54203e7cc696c', '837dbb152e9b0790']],
    [4, 7, ['837dbb152e9b0790']],
    [7, 8, ['b08693ec2e721597', '46f6ffadd3d06a09', '0ebc5d3437fbe2db', 'd37ee418976dd957']],
  ] as const)('the consistency proof from %i to %i is %j', async ([from, to, path]) => {
    const proof = await proveConsistency(memoryReader(known), { from, to })
    expect(hex(proof).map((hash) => hash.slice(0, 16))).toEqual(path)
  })
})

describe('each size from 0 to 300', () => {
  const sizes = Array.from({ length: 301 }, (_, size) => size)
  const reader = memoryReader(leaves.slice(0, 300))
  const roots = sizes.map((size) => grow(leaves.slice(0, size)).root())
  const rootAt = (size: number): Uint8Array => roots[size] ?? EMPTY_ROOT

  test('has the root and the edge that the definition gives', () => {
    for (const size of sizes) {
      const tree = grow(leaves.slice(0, size))
      expect(hex([tree.root()])).toEqual(hex([definedRoot(leaves.slice(0, size))]))
      expect(new CompactRange(size, tree.hashes).root()).toEqual(tree.root())
    }
  })

  test('has an inclusion proof for each entry, which holds for it alone', async () => {
    const wrong: string[] = []
    for (const size of sizes) {
      for (let index = 0; index < size; index += 1) {
        const proof = await proveInclusion(reader, { index, size })
        const claim = { leaf: leafAt(index), index, size, root: rootAt(size), proof }
        const others = [
          { ...claim, leaf: leafAt(index + 1) },
          { ...claim, index: index + 1 },
          { ...claim, root: rootAt(size - 1) },
        ]
        if (!verifyInclusion(claim) || others.some(verifyInclusion))
          wrong.push(`${index} in ${size}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('is consistent with each size before it, and with no other tree of that size', async () => {
    const wrong: string[] = []
    for (const to of sizes) {
      for (let from = 0; from <= to; from += 1) {
        const proof = await proveConsistency(reader, { from, to })
        const [older, newer] = [
          { size: from, root: rootAt(from) },
          { size: to, root: rootAt(to) },
        ]
        const claim = { from: older, to: newer, proof }
        const others = [
          { ...claim, from: { size: from, root: hashLeaf(older.root) } },
          // Everything begins as the empty tree does.
          ...(from === 0 ? [] : [{ ...claim, to: { size: to, root: hashLeaf(newer.root) } }]),
        ]
        if (!verifyConsistency(claim) || others.some(verifyConsistency))
          wrong.push(`${from}, ${to}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('proofs that were touched', () => {
  test('a changed, lost, added or swapped hash is noticed', async () => {
    const reader = memoryReader(leaves.slice(0, 300))
    for (const size of [2, 7, 64, 65, 255, 256, 300]) {
      const root = await readRoot(reader, size)
      const index = Math.floor(size / 3)
      const proof = await proveInclusion(reader, { index, size })
      const consistency = await proveConsistency(reader, { from: index + 1, to: size })
      const from = { size: index + 1, root: await readRoot(reader, index + 1) }
      for (const touched of touchedCopies(proof)) {
        const claim = { leaf: leafAt(index), index, size, root, proof: touched }
        expect(verifyInclusion(claim)).toBe(false)
      }
      for (const touched of touchedCopies(consistency)) {
        expect(verifyConsistency({ from, to: { size, root }, proof: touched })).toBe(false)
      }
    }
  })

  test('numbers that no tree has are refused, not followed', () => {
    const claim = { leaf: leafAt(0), index: 0, size: 1, root: leafAt(0), proof: [] }
    expect(verifyInclusion(claim)).toBe(true)
    for (const wrong of [
      { index: 1 },
      { index: -1 },
      { size: 0 },
      { size: 2 ** 53 },
      { index: 0.5 },
    ]) {
      expect(verifyInclusion({ ...claim, ...wrong })).toBe(false)
    }
    expect(verifyInclusion({ ...claim, root: new Uint8Array(0) })).toBe(false)
    const one = { size: 1, root: leafAt(0) }
    expect(verifyConsistency({ from: { size: 2, root: leafAt(0) }, to: one, proof: [] })).toBe(
      false,
    )
    expect(verifyConsistency({ from: one, to: { size: 2, root: leafAt(0) }, proof: [] })).toBe(
      false,
    )
  })
})

describe('tiles', () => {
  test.for([
    [0, 0, 256, 'tile/0/000'],
    [0, 5, 256, 'tile/0/005'],
    [1, 999, 12, 'tile/1/999.p/12'],
    [0, 1_000, 256, 'tile/0/x001/000'],
    [0, 1_234_067, 256, 'tile/0/x001/x234/067'],
    [6, 1_234_067, 1, 'tile/6/x001/x234/067.p/1'],
  ] as const)('level %i, index %i, width %i is at %s', ([level, index, width, path]) => {
    expect(tilePath({ level, index }, width)).toBe(path)
  })

  test('have the width that the size gives them', () => {
    const widths = [0, 1, 256, 257, 70_000].map((size) =>
      [0, 1, 2].map((level) => tileWidth({ level, index: 0 }, size)),
    )
    expect(widths).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [256, 1, 0],
      [256, 1, 0],
      [256, 256, 1],
    ])
    expect(tileWidth({ level: 0, index: 273 }, 70_000)).toBe(112)
  })

  test('grow to the same tree however the entries arrive, also over restarts', async () => {
    await assert(
      asyncProperty(
        integer({ min: 1, max: 5_000 }),
        integer({ min: 1, max: 900 }),
        async (size, step) => {
          const store = new MemoryTiles()
          let tree = await openTiledTree(store, 0)
          for (let from = 0; from < size; from += step) {
            await tree.append(leaves.slice(from, Math.min(size, from + step)))
            if (from % 2 === 0) tree = await openTiledTree(store, tree.size)
          }
          const root = grow(leaves.slice(0, size)).root()
          expect(tree.root()).toEqual(root)
          const reader = tileHashReader(store, size)
          expect(await readRoot(reader, size)).toEqual(root)
          const index = (step * 7) % size
          const proof = await proveInclusion(reader, { index, size })
          expect(verifyInclusion({ leaf: leafAt(index), index, size, root, proof })).toBe(true)
          const consistency = await proveConsistency(reader, { from: index, to: size })
          const from = { size: index, root: await readRoot(reader, index) }
          expect(verifyConsistency({ from, to: { size, root }, proof: consistency })).toBe(true)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('that were written before a crash are written again with the same bytes', async () => {
    const store = new MemoryTiles()
    const first = await openTiledTree(store, 0)
    await first.append(leaves.slice(0, 700))
    const again = await openTiledTree(store, 300) // The checkpoint was not kept, the tiles were.
    await again.append(leaves.slice(300, 700))
    expect(again.root()).toEqual(first.root())
  })

  test('span three levels of tiles', async () => {
    const store = new MemoryTiles()
    const tree = await openTiledTree(store, 0)
    const leaf = leafAt(0)
    const size = 256 * 256 + 300
    await tree.append(Array.from({ length: size }, () => leaf))
    const proof = await proveInclusion(tileHashReader(store, size), { index: 65_000, size })
    expect(verifyInclusion({ leaf, index: 65_000, size, root: tree.root(), proof })).toBe(true)
    expect([...store.tiles.keys()]).toContain('tile/2/000')
  })

  test('that are lost are named', async () => {
    const store = new MemoryTiles()
    await (await openTiledTree(store, 0)).append(leaves.slice(0, 600))
    store.tiles.delete('tile/0/001')
    await expect(openTiledTree(store, 600)).resolves.toBeDefined() // The edge does not need it.
    const proof = proveInclusion(tileHashReader(store, 600), { index: 300, size: 600 })
    await expect(proof).rejects.toThrow('cannot read tile/0/001: the store does not have all of it')
  })
})

test('a store that fails leaves the tree as it was', async () => {
  const store = new MemoryTiles()
  const tree = await openTiledTree(store, 0)
  await tree.append(leaves.slice(0, 300))
  const root = tree.root()
  store.failing = true
  await expect(tree.append(leaves.slice(300, 600))).rejects.toThrow('disk full')
  expect([tree.size, tree.root()]).toEqual([300, root])
  store.failing = false
  await tree.append(leaves.slice(300, 600))
  expect(tree.root()).toEqual(grow(leaves.slice(0, 600)).root())
})

test('random entries in random trees of up to 5,000 are included, and their trees consistent', async () => {
  const reader = memoryReader(leaves.slice(0, 5_000))
  const sizes = integer({ min: 1, max: 5_000 })
  await assert(
    asyncProperty(sizes, sizes, sizes, async (one, other, third) => {
      const [small, large] = one < other ? [one, other] : [other, one]
      const index = third % large
      const [from, to] = await Promise.all(
        [small, large].map(async (size) => ({ size, root: await readRoot(reader, size) })),
      )
      if (from === undefined || to === undefined) throw new Error('two sizes make two roots')
      const proof = await proveInclusion(reader, { index, size: large })
      expect(verifyInclusion({ leaf: leafAt(index), index, ...to, proof })).toBe(true)
      const consistency = await proveConsistency(reader, { from: small, to: large })
      expect(verifyConsistency({ from, to, proof: consistency })).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

function grow(hashes: readonly Uint8Array[]): CompactRange {
  const tree = new CompactRange()
  for (const hash of hashes) tree.append(hash)
  return tree
}

/** RFC 6962, 2.1, word by word. */
function definedRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes
  if (first === undefined) return EMPTY_ROOT
  if (hashes.length === 1) return first
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1))
  return hashNode(definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split)))
}

function memoryNodes(hashes: readonly Uint8Array[]): Map<string, Uint8Array> {
  const nodes = new Map<string, Uint8Array>()
  const tree = new CompactRange()
  for (const leaf of hashes) {
    tree.append(leaf, ({ level, index }, hash) => nodes.set(`${level}/${index}`, hash))
  }
  return nodes
}

function memoryReader(hashes: readonly Uint8Array[]): HashReader {
  const nodes = memoryNodes(hashes)
  const hashOf = ({ level, index }: TreeNode): Uint8Array => {
    const hash = nodes.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`no node ${level}/${index}`)
    return hash
  }
  return { read: (wanted) => Promise.resolve(wanted.map(hashOf)) }
}

class MemoryTiles implements TileStore {
  readonly tiles = new Map<string, Uint8Array>()
  failing = false

  read(tile: { level: number; index: number }): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.tiles.get(tilePath(tile)))
  }

  write(tiles: readonly Tile[]): Promise<void> {
    if (this.failing) return Promise.reject(new Error('disk full'))
    for (const tile of tiles) {
      const before = this.tiles.get(tilePath(tile)) ?? new Uint8Array(0)
      const shared = Math.min(before.length, tile.hashes.length)
      const same = Buffer.compare(before.subarray(0, shared), tile.hashes.subarray(0, shared)) === 0
      if (!same || tile.hashes.length > TILE_WIDTH * HASH_BYTES) {
        return Promise.reject(new Error(`${tilePath(tile)} was changed`))
      }
      if (tile.hashes.length > before.length) this.tiles.set(tilePath(tile), tile.hashes)
    }
    return Promise.resolve()
  }
}

function touchedCopies(proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const [first] = proof
  if (first === undefined) return [[leafAt(0)]]
  return [
    proof.slice(1),
    proof.slice(0, -1),
    [...proof, first],
    [hashLeaf(first), ...proof.slice(1)],
    ...(proof.length > 1 ? [proof.toReversed()] : []),
    [first.subarray(1), ...proof.slice(1)],
  ]
}

function leafAt(index: number): Uint8Array {
  const leaf = leaves[index]
  if (leaf === undefined) throw new Error(`no leaf ${index}`)
  return leaf
}

function hex(hashes: readonly Uint8Array[]): readonly string[] {
  return hashes.map((hash) => Buffer.from(hash).toString('hex'))
}
