import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockByFile, lockBySocket, type DirectoryLock } from './directory-lock.ts'

const MODULE = new URL('directory-lock.ts', import.meta.url).href
type Way = 'lockBySocket' | 'lockByFile'
const WAYS: Readonly<Record<Way, (dir: string) => Promise<DirectoryLock>>> = {
  lockBySocket,
  // oxlint-disable-next-line typescript/require-await -- What it throws is a rejection, as with the other way.
  lockByFile: async (dir) => lockByFile(dir),
}
const ways: readonly Way[] =
  process.platform === 'linux' ? ['lockBySocket', 'lockByFile'] : ['lockByFile']

describe.each(ways)('%s', (way) => {
  let dir = ''
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidemark-lock-'))
  })
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  test('a second process is refused with the pid of the first, until the first one has ended', async () => {
    const owner = await lockInProcess(way, dir)
    await expect(WAYS[way](dir)).rejects.toMatchObject({
      code: 'directory-in-use',
      pid: owner.pid,
      message: expect.stringContaining(`process ${owner.pid} has it open`),
    })
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    await using _lock = await WAYS[way](dir)
  })

  test('a directory that was given back is free', async () => {
    const first = await WAYS[way](dir)
    await expect(WAYS[way](dir)).rejects.toMatchObject({ pid: process.pid })
    await first[Symbol.asyncDispose]()
    await using _second = await WAYS[way](dir)
  })
})

describe('a lock that a dead process left behind', () => {
  let dir = ''
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidemark-lock-'))
  })
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  test.each([
    ['is of before the last boot', { pid: process.pid, started: '', boot: 'another boot' }],
    ['names a pid that another process has by now', undefined],
    ['was half written', '{"pid":'],
  ])('is taken over when it %s', async (_, left) => {
    await using first = lockByFile(dir)
    const path = join(dir, 'owner.json')
    const own = readFileSync(path, 'utf8')
    const reused = own.replace(/"started":"[^"]*"/u, '"started":"long ago"')
    writeFileSync(
      path,
      typeof left === 'string' ? left : left === undefined ? reused : JSON.stringify(left),
    )
    await using _second = lockByFile(dir)
    expect(readFileSync(path, 'utf8')).toBe(own)
    expect(first).toBeDefined()
  })
})

async function lockInProcess(way: Way, dir: string): Promise<ChildProcess> {
  const code = `
    const { ${way} } = await import(${JSON.stringify(MODULE)})
    const lock = await ${way}(${JSON.stringify(dir)})
    console.log('locked')
    setInterval(() => lock, 1000)`
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', code],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(child.stdout, 'data')
  return child
}
