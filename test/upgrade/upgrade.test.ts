import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { wrongInLog } from '../rig/plane/crash-rig.ts'
import { eventually, type PlaneApi, type Seen } from '../rig/plane/plane-api.ts'
import {
  openPlatformFleet,
  PLATFORM_COMPONENTS,
  type PlatformFleet,
} from '../rig/plane/platform-fleet.ts'
import { SERVICES, type StartOptions } from '../rig/plane/platform.ts'
import {
  openPreviousBuild,
  previousCommit,
  type PreviousBuild,
} from '../rig/plane/previous-build.ts'
import { configMapFile, SMALL_FLEET, SMALL_FLEET_FILES } from '../rig/plane/small-fleet.ts'

const READY_MS = 180_000
const PUSH_MS = 1_000
const SIDE_BY_SIDE_MS = 5_000 // Both builds have leases, and are sent requests.
const CAUSED = new Set([
  'RenderRequested',
  'Rendered',
  'RenderFailed',
  'ReleaseCut',
  'ApplyRequested',
])

const commit = previousCommit()

// oxlint-disable-next-line vitest/no-conditional-tests -- A clone without history says what is missing.
if (commit === undefined)
  // oxlint-disable-next-line vitest/no-disabled-tests -- As above.
  test.skip('the build before this one (skipped: this clone does not have its commit)')
else describeWith(PLATFORM_COMPONENTS, `the build before this one, ${commit}`, () => suite(commit))

function suite(before: string): void {
  const stack = new AsyncDisposableStack()
  const pushed = new Map<string, string>()
  const accepted: string[] = []
  let previous: PreviousBuild
  let fleet: PlatformFleet
  let began = 0n

  beforeAll(async () => {
    previous = stack.use(await openPreviousBuild(before))
    fleet = stack.use(await openPlatformFleet({ files: SMALL_FLEET_FILES }))
    await fleet.startAll({ root: previous.root })
    await fleet.declare()
    await fleet.ready(SMALL_FLEET, READY_MS)
    began = await fleet.api().head()
  }, 400_000)
  afterAll(() => stack.disposeAsync(), 120_000)

  /** Pushes each second while the work goes on. */
  const underLoad = async (work: () => Promise<void>): Promise<void> => {
    const ended = new AbortController()
    const pushing = pushOn(ended.signal)
    await work().finally(() => ended.abort())
    await pushing
  }
  const pushOn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const value = `v${pushed.size + 1}`
      const id = await fleet.push({ 'apps/shop/map.yaml': configMapFile('shop', value) }, value)
      pushed.set(id, value)
      const copy = fleet.copies('gateway').at(-1)
      const poked =
        copy === undefined ? 0 : await fleet.poke(copy, { 'x-delivery-id': value }).catch(() => 0)
      if (poked === 202) accepted.push(value)
      await sleep(PUSH_MS)
    }
  }
  /** Starts a copy of each beside what runs; then what ran before ends. */
  const exchange = async (options: StartOptions): Promise<void> => {
    const old = SERVICES.flatMap((service) => fleet.copies(service))
    await fleet.startAll(options)
    await sleep(SIDE_BY_SIDE_MS)
    for (const copy of old) await copy.end()
  }
  const delivered = async (api: PlaneApi): Promise<void> => {
    const value = [...pushed.values()].at(-1)
    await eventually(
      async () => {
        const seen = await fleet.valueOf('shop')
        return seen === value ? undefined : `shop is ${seen}`
      },
      { ms: READY_MS, what: `shop at ${value}` },
    )
    await api.ready(SMALL_FLEET, { ms: READY_MS })
  }

  test('this build takes over, and gives back, while it is pushed to', async () => {
    await underLoad(async () => {
      await exchange({})
      await exchange({ root: previous.root })
    })
    await delivered(fleet.api())
    expect(pushed.size).toBeGreaterThan(2)
  }, 600_000)

  test('nothing was lost: each push was delivered, or a newer one was', async () => {
    const events = await fleet.api().events()
    expect(wrongInLog(events)).toEqual([])
    const told = events.filter(({ type }) => type === 'PushReceived')
    expect(told.map(({ body }) => body['deliveryId'])).toEqual(expect.arrayContaining(accepted))
    const cut = releasesOf(events, 'shop')
    expect(cut).toEqual(cut.map((_, index) => index + 1))
    expect(await fleet.api().call('verifyAudit', {})).toMatchObject({ good: true })
  }, 120_000)

  test('the exchange caused no render, release or apply: each is of one push', async () => {
    const events = (await fleet.api().events(began)).filter(({ type }) => CAUSED.has(type))
    expect(events.filter(({ stream }) => !stream.endsWith('shop'))).toEqual([])
    const renders = events.filter(({ type }) => type === 'RenderRequested')
    const revisions = renders.map(({ body }) => commitOf(body['revision']))
    expect(new Set(revisions).size).toBe(revisions.length)
    expect([...pushed.keys()]).toEqual(expect.arrayContaining(revisions))
    // One that a newer push has overtaken goes no further.
    for (const type of ['Rendered', 'ReleaseCut', 'ApplyRequested']) {
      const count = events.filter((event) => event.type === type).length
      expect(count).toBeLessThanOrEqual(renders.length)
    }
  }, 120_000)
}

function releasesOf(events: readonly Seen[], application: string): readonly number[] {
  return events
    .filter(({ type, stream }) => type === 'ReleaseCut' && stream.endsWith(application))
    .map(({ body }) => Number(body['number']))
}

/** The commit of `main@sha1:<commit>`. */
function commitOf(revision: unknown): string {
  return String(revision).split(':').at(-1) ?? ''
}
