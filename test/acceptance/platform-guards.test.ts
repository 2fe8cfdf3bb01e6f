import {
  AppendRequest,
  ledgerSubjects,
  LOG_STREAM,
  WAKE_SUBJECT,
  type Writer,
} from '@tidemark/contracts'
import { systemRandom } from '@tidemark/kernel'
import { parseTraceparent } from '@tidemark/service'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { startOtlpCollector, type OtlpCollector } from '../rig/otlp-collector.ts'
import { linkAs } from '../rig/plane/forger.ts'
import { eventually, type Seen } from '../rig/plane/plane-api.ts'
import {
  openPlatformFleet,
  PLATFORM_COMPONENTS,
  type PlatformFleet,
} from '../rig/plane/platform-fleet.ts'
import { OBSERVER, SERVICES } from '../rig/plane/platform.ts'
import { configMapFile, SMALL_FLEET, SMALL_FLEET_FILES } from '../rig/plane/small-fleet.ts'

const READY_MS = 120_000
const FORGED = 100_000
const FLUSH_EACH = 1_000 // What one burst puts on the connection.
const END_MS_MAX = 10_000

/** What every service counts, and what those do that hold a lease or read on. */
const METRICS = ['tidemark_step_duration_seconds', 'tidemark_reader_lag_events']

describeWith(PLATFORM_COMPONENTS, 'the platform form while it runs', () => {
  const stack = new AsyncDisposableStack()
  let collector: OtlpCollector
  let fleet: PlatformFleet

  beforeAll(async () => {
    collector = stack.use(await startOtlpCollector())
    fleet = stack.use(
      await openPlatformFleet({
        files: SMALL_FLEET_FILES,
        intervalMs: 3_600_000,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
      }),
    )
    await fleet.startAll()
    await fleet.declare()
    await fleet.ready(SMALL_FLEET, READY_MS)
  }, 300_000)
  afterAll(() => stack.disposeAsync(), 120_000)

  const deliver = async (value: string): Promise<void> => {
    await fleet.push({ 'apps/mail/map.yaml': configMapFile('mail', value) }, value)
    expect(await fleet.poke()).toBe(202)
    await eventually(
      async () => {
        const seen = await fleet.valueOf('mail')
        return seen === value ? undefined : `mail is ${seen}`
      },
      { ms: READY_MS, what: `mail at ${value}` },
    )
  }

  test('a push is one trace, from the header of its webhook to the applied object', async () => {
    const api = fleet.api()
    const after = await api.head()
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    await fleet.push({ 'apps/mail/map.yaml': configMapFile('mail', 'traced') }, 'traced')
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01`, tracestate: 'vendor=1' }
    expect(await fleet.poke(fleet.copy('gateway'), headers)).toBe(202)
    await api.event('RolloutCompleted', { after, ms: READY_MS })
    const events = (await api.events(after)).filter(isOfAPush)
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        'PushReceived',
        'RevisionFetched',
        'RevisionAdmitted',
        'RenderRequested',
        'Rendered',
        'ReleaseCut',
        'RolloutPlanned',
        'WaveStarted',
        'ApplyRequested',
        'ApplyStarted',
        'ApplyFinished',
        'WavePassed',
        'RolloutCompleted',
      ]),
    )
    for (const { type, traceId, meta } of events)
      expect({ type, traceId, state: meta.tracestate }).toEqual({
        type,
        traceId: trace,
        state: 'vendor=1',
      })
  }, 180_000)

  test('a tracing backend gets the spans that the events name', async () => {
    const api = fleet.api()
    const after = await api.head()
    await deliver('exported')
    await api.event('ApplyFinished', { after, ms: READY_MS })
    const events = (await api.events(after)).filter(isOfAPush)
    const wanted = new Map(events.map((event) => [spanOf(event), event.type]))
    await eventually(
      async () => {
        const got = new Set(collector.spans().map(({ traceId, spanId }) => `${traceId}/${spanId}`))
        const missing = [...wanted].filter(([id]) => !got.has(id)).map(([, type]) => type)
        return missing.length === 0 ? undefined : `no span of ${missing.join(', ')}`
      },
      { ms: 30_000, what: 'span for each event' },
    )
    const spans = collector.spans().filter(({ traceId }) => traceId === events[0]?.traceId)
    const known = new Set(spans.map(({ spanId }) => spanId))
    const loose = spans.filter(({ parentSpanId }) => !known.has(parentSpanId))
    expect(loose.map(({ name }) => name)).toEqual(['gateway PushReceived'])
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set(
        ['gateway', 'fetcher', 'releaser', 'renderer', 'applier'].map((n) => `tidemark-${n}`),
      ),
    )
  }, 180_000)

  test(`${FORGED} forged or replayed messages on the bus change nothing`, async () => {
    const api = fleet.api()
    const head = await api.head()
    const past = await api.events()
    fleet.proxy.reset()
    const before = await objectVersions(fleet)
    await using service = await linkAs(fleet.world, 'fetcher')
    await using observer = await linkAs(fleet.world, OBSERVER)
    const forged = forgeries(past)
    for (let each = 0; each < FORGED; each += 1) {
      const { subject, bytes } = forged[each % forged.length] ?? { subject: WAKE_SUBJECT }
      const link = each % 2 === 0 ? service : observer
      link.connection.publish(subject, bytes)
      if (each % FLUSH_EACH < 2) await link.connection.flush()
    }
    await service.connection.flush()
    await observer.connection.flush()
    await sleep(3_000) // Whatever they would cause, it would begin within this time.
    const caused = (await api.events(head)).filter(({ type }) => type !== 'CheckpointSigned')
    expect(caused).toEqual([])
    expect(fleet.proxy.writes()).toEqual([])
    expect(await objectVersions(fleet)).toEqual(before)
    await deliver('after-the-forgeries')
    expect(await api.call('verifyAudit', {})).toMatchObject({ good: true })
  }, 300_000)

  test.each(SERVICES)(
    'the %s tells how it is, drains, and ends with 0',
    async (name) => {
      const copy = fleet.copy(name)
      expect(await textOf(`${copy.adminUrl}/livez`)).toEqual({ status: 200, text: 'ok\n' })
      const ready = await textOf(`${copy.adminUrl}/readyz?verbose`)
      expect(ready.text).toContain(`[+]${name} ok`)
      const metrics = await textOf(`${copy.adminUrl}/metrics`)
      for (const metric of METRICS) expect(metrics.text).toContain(`# TYPE ${metric} `)
      const began = performance.now()
      const ending = copy.end()
      const answers = await readyUntilGone(copy.adminUrl)
      expect(await ending).toEqual({ code: 0, signal: null })
      expect(performance.now() - began).toBeLessThan(END_MS_MAX)
      expect(answers).toContain('503 draining\n')
      expect(copy.log()).not.toContain('cut off')
      await fleet.start(name)
    },
    180_000,
  )

  test('after all of them were changed, a push is delivered', async () => {
    await fleet.ready(SMALL_FLEET, READY_MS)
    await deliver('changed')
    expect(await fleet.valueOf('shop')).toBe('one')
  }, 180_000)
})

/** An event that a push causes; what time causes is none. */
function isOfAPush({ type }: Seen): boolean {
  return !['CheckpointSigned', 'LeaseTaken', 'HealthChanged'].includes(type)
}

function spanOf({ meta }: Seen): string {
  const { traceId = '', spanId = '' } = parseTraceparent(meta.traceparent) ?? {}
  return `${traceId}/${spanId}`
}

async function objectVersions(fleet: PlatformFleet): Promise<readonly string[]> {
  const objects = [...(await fleet.configMaps()).values()]
  return objects.map(({ metadata }) => String(Reflect.get(Object(metadata), 'resourceVersion')))
}

interface Forgery {
  readonly subject: string
  readonly bytes?: Uint8Array
}

function as(writer: Writer): string {
  return ledgerSubjects.append(writer, '_')
}

/** What somebody with the login of the fetcher, or of a tool, could think of. */
function forgeries(past: readonly Seen[]): readonly Forgery[] {
  const replayed = ['RevisionFetched', 'ApplyRequested', 'PushReceived'].map((type) => {
    const event = past.findLast((seen) => seen.type === type)
    if (event === undefined) throw new Error(`there was no ${type}`)
    return asAppend(event)
  })
  const [fetched] = replayed
  return [
    // What was said once, again; in one's own name, in that of others, and as what the relay publishes.
    ...replayed.flatMap((bytes) => [
      { subject: as('fetcher'), bytes },
      { subject: as('releaser'), bytes },
      { subject: as('applier'), bytes },
      { subject: 'tidemark.events.default._.source.RevisionFetched.x', bytes },
    ]),
    { subject: as('fetcher'), bytes: new Uint8Array([8, 255, 1]) },
    { subject: as('fetcher'), bytes: systemRandom.bytes(4_096) },
    { subject: as('fetcher') },
    { subject: ledgerSubjects.blob('fetcher', '_'), bytes: systemRandom.bytes(64) },
    { subject: ledgerSubjects.park('fetcher', '_'), bytes: systemRandom.bytes(64) },
    { subject: ledgerSubjects.lease('applier', '_'), bytes: systemRandom.bytes(64) },
    { subject: `$JS.API.STREAM.DELETE.${LOG_STREAM}` },
    { subject: `$JS.API.STREAM.PURGE.${LOG_STREAM}` },
    {
      subject: `$JS.API.CONSUMER.DURABLE.CREATE.${LOG_STREAM}.other`,
      bytes: fetched ?? new Uint8Array(),
    },
    { subject: '_INBOX.releaser._.forged', bytes: fetched ?? new Uint8Array() },
    { subject: WAKE_SUBJECT },
  ]
}

/** An append that was accepted once, with a new command id. */
function asAppend({ id, stream, stored }: Seen): Uint8Array {
  const { version, type, schema, body, meta } = stored
  return AppendRequest.encode({
    commandId: `forged-${id}`,
    expected: [{ stream, version: version - 1n }],
    events: [{ id: `forged-${id}`, stream, type, schema, body, meta }],
    epoch: undefined,
    cursor: undefined,
  }).finish()
}

async function textOf(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url)
  return { status: response.status, text: await response.text() }
}

/** What `/readyz` answers until nobody does. */
async function readyUntilGone(adminUrl: string): Promise<readonly string[]> {
  const seen = new Set<string>()
  for (;;) {
    try {
      const { status, text } = await textOf(`${adminUrl}/readyz`)
      seen.add(`${status} ${text}`)
      await sleep(20)
    } catch {
      return [...seen]
    }
  }
}
