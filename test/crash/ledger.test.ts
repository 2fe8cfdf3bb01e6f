import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JetStreamLogStream, linkToNats } from '@tidemark/bus'
import { derivedId, LOG_STREAM, LOG_SUBJECTS, SCOPE_ALL, StoredEvent } from '@tidemark/contracts'
import { openPglite, openPostgres, type LedgerStore } from '@tidemark/event-store'
import { logAfter } from '@tidemark/event-store/testing'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { startNats } from '../rig/components/nats.ts'
import { startPostgres } from '../rig/components/postgres.ts'
import { STREAM, type LedgerProcess } from './ledger-process.ts'

const ROUNDS = Number(process.env['TIDEMARK_CRASH_ROUNDS'] ?? 3)
const POINTS = ['append.before-commit', 'append.after-commit']
const clock = systemClock

/** Runs the process until it ends, killed at the named point or not. Gives the numbers that it said. */
function runProcess(
  config: LedgerProcess,
  crashAt: string,
): Promise<{ readonly killed: boolean; readonly said: readonly number[] }> {
  const script = join(import.meta.dirname, 'ledger-process.ts')
  const child = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--disable-warning=ExperimentalWarning',
      script,
      JSON.stringify(config),
    ],
    { env: { ...process.env, TIDEMARK_CRASH_AT: crashAt }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString()
  })
  return new Promise((resolve) => {
    child.once('close', (_, signal) => {
      const said = output.split('\n').slice(0, -1).map(Number)
      resolve({ killed: signal === 'SIGKILL', said })
    })
  })
}

/** Kills the process at each point, again and again; each start goes on with the first number not said. */
async function killAgainAndAgain(store: LedgerProcess['store']): Promise<number> {
  let next = 0
  for (let round = 0; round < ROUNDS; round += 1)
    for (const point of POINTS) {
      const before = round % 4
      const { killed, said } = await runProcess(
        { store, from: next, count: 50 },
        `${point}:${before + 1}`,
      )
      expect(killed).toBe(true)
      expect(said).toEqual(Array.from({ length: before }, (_, at) => next + at))
      next += said.length
    }
  const { killed, said } = await runProcess({ store, from: next, count: 5 }, '')
  expect(killed).toBe(false)
  return next + said.length
}

/** The ids of the log, in order. Positions and versions hold that there is no gap. */
async function idsIn(ledger: LedgerStore): Promise<readonly string[]> {
  const { store } = ledger.clientFor('gateway', SCOPE_ALL)
  const stored = await logAfter(store, 0n)
  expect(stored.map(({ position }) => position)).toEqual(stored.map((_, at) => BigInt(at + 1)))
  expect(stored.map(({ version }) => version)).toEqual(stored.map((_, at) => BigInt(at + 1)))
  expect(await store.readStream(STREAM, 0n)).toHaveLength(stored.length)
  return stored.map(({ id }) => id)
}

/** Each number once, in order, and nothing else. */
function idsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => derivedId('crash-event', number))
}

describe('a ledger that is killed', () => {
  test('on PGlite loses nothing that it acknowledged, and stores nothing twice', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-crash-'))
    const count = await killAgainAndAgain({ kind: 'pglite', dataDir })
    {
      await using ledger = await openPglite({ dataDir, clock })
      expect(await idsIn(ledger)).toEqual(idsOf(count))
    }
    rmSync(dataDir, { recursive: true, force: true })
  }, 120_000)
})

describeWith(['postgres'], 'a ledger that is killed, with a real Postgres', () => {
  test('loses nothing that it acknowledged, and stores nothing twice', async () => {
    await using server = await startPostgres()
    const count = await killAgainAndAgain({ kind: 'postgres', url: server.url })
    await using ledger = await openPostgres({ url: server.url, tls: false, clock })
    expect(await idsIn(ledger)).toEqual(idsOf(count))
  }, 120_000)
})

describeWith(['postgres', 'nats-server'], 'a relay that is killed, with a real NATS', () => {
  test('publishes each event once, in order', async () => {
    await using server = await startPostgres()
    await using nats = await startNats()
    const store = { kind: 'postgres', url: server.url } as const
    let from = 0
    for (const point of ['relay.before-publish', 'relay.after-publish']) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { killed } = await runProcess({ store, from, count: 7, nats: nats.url }, point)
        expect(killed).toBe(true)
        from += 7
      }
    }
    const { killed } = await runProcess({ store, from, count: 1, nats: nats.url }, '')
    expect(killed).toBe(false)
    await using ledger = await openPostgres({ url: server.url, tls: false, clock })
    expect(await idsIn(ledger)).toEqual(idsOf(from + 1))
    expect(await idsOnBus(nats.url)).toEqual(idsOf(from + 1))
  }, 120_000)
})

async function idsOnBus(url: string): Promise<readonly string[]> {
  await using link = await linkToNats({
    servers: [url],
    name: 'crash-test',
    credentials: { kind: 'none' },
    clock,
    random: systemRandom,
  })
  const log = new JetStreamLogStream(link, {
    name: LOG_STREAM,
    subjects: [LOG_SUBJECTS],
    replicas: 1,
    bytesMax: 64 * 1024 * 1024,
    ageMaxMs: 3_600_000,
  })
  const { firstPosition = 1n, lastPosition = 0n } = (await log.info()) ?? {}
  const ids: string[] = []
  for (let position = firstPosition; position <= lastPosition; position += 1n) {
    const message = await log.read(position)
    ids.push(StoredEvent.decode(message?.bytes ?? new Uint8Array()).id)
  }
  return ids
}
