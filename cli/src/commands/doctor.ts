import { Phase, type ApplicationView, type ParkedEvent } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { connect, type ApiClient } from '../client/api-client.ts'
import { showFindings, type Finding } from '../client/findings.ts'
import { formatAge } from '../client/print.ts'
import { readEvents } from '../client/read-events.ts'
import { shortName } from './read-release.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const LAG_MAX = 1_000n // Events that the read model may be behind while it catches up.
const SKEW_MS_MAX = 5_000
const NAMES_MAX = 20

/** `tidemark doctor`: a plane that runs, from its store to its applications; 1 where something is bad. */
export async function doctor(options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const findings = await Promise.all([
    lookAtServer(api),
    lookAtRecord(api),
    lookAtParked(api),
    lookAtSources(api),
    lookAtClusters(api),
    lookAtApplications(api),
  ])
  showFindings(options.output, findings.flat())
}

async function lookAtServer(api: ApiClient): Promise<readonly Finding[]> {
  const { version, form, head, read, renderIsolation } = await api.call(api.raw.getStatus, {})
  const behind = head - read
  const server = `tidemark ${version}, ${form} form, ${head} events; renders run ${renderIsolation === '' ? 'elsewhere' : `with: ${renderIsolation}`}`
  return [
    { check: 'server', result: 'ok', message: server },
    {
      check: 'read model',
      result: behind > LAG_MAX ? 'warn' : 'ok',
      message: behind === 0n ? 'is at the newest event' : `is ${behind} events behind`,
      hint: 'it catches up by itself; where it does not, look at the log of the gateway',
    },
  ]
}

async function lookAtRecord(api: ApiClient): Promise<readonly Finding[]> {
  const { head } = await api.call(api.raw.getStatus, {})
  const { checkpoint } = await api.call(api.raw.listAudit, {
    after: head,
    limit: 1,
    application: '',
  })
  const [newest] = await readEvents(api, { after: head > 0n ? head - 1n : 0n })
  const skew = newest === undefined ? 0 : Number(newest.atMs) - systemClock.now()
  const signed = checkpoint?.size ?? 0n
  return [
    {
      check: 'record',
      result: signed === 0n ? 'warn' : 'ok',
      message: `${signed} of ${head} events are under a signed root`,
      hint: 'the auditor signs within seconds; where it does not, look at its log',
    },
    {
      check: 'clock',
      result: skew > SKEW_MS_MAX ? 'bad' : 'ok',
      message:
        skew > SKEW_MS_MAX
          ? `the server's newest event is ${(skew / 1000).toFixed(0)} s ahead of this machine`
          : 'the server does not run ahead of this machine',
      hint: 'set both by NTP; order never hangs on clocks, but tokens and certificates do',
    },
  ]
}

async function lookAtParked(api: ApiClient): Promise<readonly Finding[]> {
  const { events } = await api.call(api.raw.listParked, {})
  if (events.length === 0)
    return [{ check: 'parked', result: 'ok', message: 'no event waits for a person' }]
  return events.slice(0, NAMES_MAX).map(tellParked)
}

function tellParked({ reactor, position, key, error }: ParkedEvent): Finding {
  return {
    check: 'parked',
    result: 'bad',
    message: `${reactor} could not handle event ${position} of ${key}: ${error}`,
    hint: `once its cause is gone: tidemark parked retry ${reactor} ${position} --reason "..."`,
  }
}

async function lookAtSources(api: ApiClient): Promise<readonly Finding[]> {
  const { sources } = await api.call(api.raw.listSources, {})
  const bad = sources.filter(({ ready, reason }) => !ready && reason !== 'Fetching')
  if (bad.length === 0)
    return [{ check: 'sources', result: 'ok', message: `${sources.length} can be read` }]
  return bad.slice(0, NAMES_MAX).map(({ url, message }) => ({
    check: 'source',
    result: 'bad',
    message: `${url}: ${message}`,
    hint: 'what was delivered stays; tidemark check --repo URL tries it from here',
  }))
}

async function lookAtClusters(api: ApiClient): Promise<readonly Finding[]> {
  const { clusters } = await api.call(api.raw.listClusters, {})
  const bad = clusters.filter(({ reachable }) => !reachable)
  if (bad.length === 0)
    return [{ check: 'clusters', result: 'ok', message: `${clusters.length} are reached` }]
  return bad.slice(0, NAMES_MAX).map(({ cluster, message }) => ({
    check: 'cluster',
    result: 'bad',
    message: `${cluster}: ${message}`,
    hint: `tidemark cluster check ${cluster}`,
  }))
}

async function lookAtApplications(api: ApiClient): Promise<readonly Finding[]> {
  const { applications } = await api.call(api.raw.listApplications, { cluster: '', namespace: '' })
  const open = applications.flatMap(findingOf).slice(0, NAMES_MAX)
  const ready = applications.filter(({ phase }) => phase === Phase.PHASE_READY).length
  const sum = `${ready} of ${applications.length} are ready`
  return [{ check: 'applications', result: 'ok', message: sum }, ...open]
}

function findingOf(view: ApplicationView): readonly Finding[] {
  const { phase, reason, message, changedAtMs } = view
  const age = formatAge(changedAtMs, systemClock.now())
  const what = `${shortName(view)}: ${reason} for ${age}: ${message.split('\n')[0] ?? ''}`
  const check = 'application'
  const hint = `tidemark why ${shortName(view)}`
  if (phase === Phase.PHASE_FAILED) return [{ check, result: 'bad', message: what, hint }]
  if (phase === Phase.PHASE_SUSPENDED) {
    const end = `tidemark resume ${shortName(view)}`
    return [{ check, result: 'warn', message: what, hint: end }]
  }
  if (view.held > 0n) {
    const lift = `tidemark rollback ${shortName(view)} --lift`
    return [{ check, result: 'warn', message: what, hint: lift }]
  }
  const isQuiet = phase === Phase.PHASE_READY && reason === 'Ready'
  return isQuiet ? [] : [{ check, result: 'warn', message: what, hint }]
}
