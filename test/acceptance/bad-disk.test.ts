// What is wrong around the plane: a disk that is full, stored bytes that are not what they were, a clock that is off.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, systemRandom, type Clock } from '@tidemark/kernel'
import { startSandbox, type Sandbox } from '@tidemark/sandbox'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { Up } from '../rig/plane/embedded.ts'
import { fileFleet, type Fleet } from '../rig/plane/fleet.ts'
import { eventually } from '../rig/plane/plane-api.ts'
import { cli, whyTells } from './ask-plane.ts'
import { badInput } from './bad-table.ts'
import { application, configMap } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const MOUNT = '/bin/mount'
const UMOUNT = '/bin/umount'
const UNSHARE = '/usr/bin/unshare'
const SKEW_MS = 600_000
const DISK_MIB = 64
const MAP = '/api/v1/namespaces/default/configmaps/settings'
const SETTINGS = 'apps/app/settings.yaml'

/** Ten minutes ahead. */
const ahead: Clock = { ...systemClock, now: () => systemClock.now() + SKEW_MS }

const held = new AsyncDisposableStack()
const dir = temporaryDir('bad-disk')
held.defer(dir.remove)
const dataDir = join(dir.path, 'data')
const blobs = join(dataDir, 'blobs')
const hasDisk = mountSmallDisk(blobs)
if (hasDisk) held.defer(() => void execFileSync(UMOUNT, [blobs]))
let opened:
  | {
      readonly up: Up
      readonly sandbox: Sandbox
      readonly fleet: Fleet
      /** Of `tidemark up`. */
      readonly args: readonly string[]
    }
  | undefined
const there = (): NonNullable<typeof opened> => {
  assert(opened !== undefined, 'the plane has started')
  return opened
}

beforeAll(async () => {
  const options = { clock: ahead, random: systemRandom, clusters: ['test'], port: 0 }
  const sandbox = held.use(await startSandbox(options))
  const fleet = await fileFleet(join(dir.path, 'fleet.git'), {
    'clusters/test/app.yaml': application('app'),
    [SETTINGS]: configMap('settings', 'good'),
  })
  const kubeconfig = join(dir.path, 'kubeconfig')
  writeFileSync(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 })
  const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1h']
  const context = ['--context', 'test=test', '--kubeconfig', kubeconfig]
  const all = [...args, ...context]
  const up = held.use(new Up({ dataDir, args: all }))
  await up.mustStart()
  opened = { up, sandbox, fleet, args: all }
  await up.api.ready(['app'], { ms: WAIT })
}, SLOW)
afterAll(async () => {
  await held.disposeAsync()
}, SLOW)

/** A disk of its own in memory, where we may have one (as root on Linux). */
function mountSmallDisk(path: string): boolean {
  mkdirSync(path, { recursive: true })
  try {
    const size = `size=${DISK_MIB}m,mode=700`
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', size, 'tmpfs', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function delivered(): Promise<unknown> {
  const { sandbox } = there()
  const answer = await fetch(`${sandbox.url('test')}${MAP}`)
  const object: unknown = await answer.json()
  return Reflect.get(Object(Reflect.get(Object(object), 'data')), 'value')
}

/** Waits until the cluster has it. */
async function delivers(value: string): Promise<void> {
  const look = async (): Promise<string | undefined> =>
    (await delivered()) === value ? undefined : 'another value'
  await eventually(look, { ms: WAIT, what: value })
}

async function push(value: string): Promise<void> {
  const { up, fleet } = there()
  await fleet.push({ [SETTINGS]: configMap('settings', value) })
  await eventually(async () => ((await up.poke(fleet.url)) === 202 ? undefined : 'refused'), {
    ms: WAIT,
    what: 'accepted webhook',
  })
}

test(
  'a cluster whose clock is off is told by check, and delivered to all the same',
  async () => {
    const checked = await cli('cluster', 'check', 'test', '--data-dir', there().up.dataDir)
    for (const words of badInput('a clock that is off')) expect(checked.text).toMatch(words)
    expect(checked.code).toBe(1)
    expect(await delivered()).toBe('good')
  },
  SLOW,
)

// A small disk of its own needs the right to mount one.
// oxlint-disable-next-line vitest/no-conditional-tests -- As above.
if (hasDisk)
  test(
    'a full disk is told with its place and the way out; what runs stays, and it goes on when there is room',
    async () => {
      const { up } = there()
      const filler = join(blobs, 'filler')
      fill(filler)
      await push('after the full disk')
      await whyTells(up, 'app', badInput('a disk of blobs that is full'))
      expect(await delivered()).toBe('good')
      expect(up.exit).toBeUndefined()
      rmSync(filler)
      await delivers('after the full disk')
    },
    SLOW,
  )

function fill(path: string): void {
  expect(() => writeFileSync(path, Buffer.alloc((DISK_MIB + 1) * 1024 * 1024))).toThrow('ENOSPC')
}

// As root, or where users may have namespaces of their own.
const namespace = ownDisks()
// oxlint-disable-next-line vitest/no-conditional-tests -- As above.
if (namespace !== undefined)
  test(
    'a full disk under the ledger is told with its place and the way out; what runs stays, and it goes on when there is room',
    async () => {
      const { args } = there()
      const folder = join(dir.path, 'second')
      const ledger = join(folder, 'ledger')
      mkdirSync(ledger, { recursive: true })
      await using up = new Up({ dataDir: folder, args, within: namespace(ledger) })
      await up.mustStart()
      await up.api.ready(['app'], { ms: WAIT })
      const filler = join(`/proc/${up.pid}/root`, ledger, 'filler')
      fill(filler)
      const before = await delivered()
      const reason = 'a disk that is full'
      const [told = /^$/u] = badInput('a disk of the ledger that is full')
      const look = async (): Promise<string> =>
        await up.api
          .call('suspend', { application: 'app', reason, untilMs: 0n, requestId: randomUUID() })
          .then(
            () => 'accepted',
            (error: unknown) => String(error),
          )
      await eventually(
        async () => {
          const said = await look()
          return told.test(said) && said.includes(ledger) ? undefined : said
        },
        { ms: WAIT, what: 'refusal' },
      )
      expect(await delivered()).toBe(before)
      expect(up.exit).toBeUndefined()
      rmSync(filler)
      await eventually(
        async () => {
          const said = await look()
          return said === 'accepted' ? undefined : said
        },
        { ms: WAIT, what: 'acceptance' },
      )
    },
    SLOW,
  )

/** What mounts a small disk for one process alone; `undefined` where that is not allowed. */
function ownDisks(): ((path: string) => readonly string[]) | undefined {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const own = [...user, '--mount', '--propagation', 'private', 'sh', '-c']
  const mount = `mount -t tmpfs -o size=${DISK_MIB}m,mode=700 tmpfs "$0"`
  try {
    execFileSync(UNSHARE, [...own, mount, dir.path], { stdio: 'ignore' })
    return (path) => [UNSHARE, ...own, `${mount} && exec "$@"`, path]
  } catch {
    return undefined
  }
}

test(
  'stored bytes that were changed are told by their name, never applied, and read again when they are restored',
  async () => {
    const { up } = there()
    const before = await delivered()
    expect(await up.stop()).toMatchObject({ code: 0 })
    const kept = filesIn(blobs).map((path) => ({ path, bytes: readFileSync(path) }))
    for (const { path, bytes } of kept) {
      const broken = Buffer.from(bytes)
      broken.writeUInt8(broken.readUInt8(broken.length - 5) ^ 0xff, broken.length - 5)
      writeFileSync(path, broken)
    }
    await up.mustStart()
    await push('after the broken bytes')
    await whyTells(up, 'app', badInput('stored bytes that were changed'))
    expect(await delivered()).toBe(before)
    expect(up.exit).toBeUndefined()
    for (const { path, bytes } of kept) writeFileSync(path, bytes)
    await delivers('after the broken bytes')
  },
  SLOW,
)

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}
