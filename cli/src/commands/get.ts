import {
  type ApplyOutcome,
  Phase,
  type ApplicationView,
  type ClusterView,
  type DeploymentView,
  type ReleaseView,
  type SourceView,
} from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { connect, type ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import {
  formatAge,
  formatJson,
  formatTable,
  say,
  shortRevision,
  tell,
  type Column,
  type OutputForm,
} from '../client/print.ts'
import { choiceOf, type OutputOptions } from './options.ts'

export interface GetOptions extends OutputOptions {
  readonly cluster?: string
  readonly namespace?: string
}

/** `tidemark get KIND [NAME]`. */
export async function get(
  kind: string,
  name: string | undefined,
  options: GetOptions,
): Promise<void> {
  using api = await connect(choiceOf(options))
  switch (kind) {
    case 'applications':
      return print(options.output, APPLICATIONS, await applications(api, options))
    case 'sources': {
      const { sources } = await api.call(api.raw.listSources, {})
      return print(options.output, SOURCES, sources)
    }
    case 'clusters': {
      const { clusters } = await api.call(api.raw.listClusters, {})
      return print(options.output, CLUSTERS, clusters)
    }
    case 'parked': {
      const { events } = await api.call(api.raw.listParked, {})
      return print(options.output, PARKED, events)
    }
    case 'deployments': {
      const request = { application: name ?? '', cluster: options.cluster ?? '' }
      const { deployments } = await api.call(api.raw.listDeployments, request)
      return print(options.output, DEPLOYMENTS, deployments)
    }
    default: {
      if (name === undefined)
        throw new CommandError('name the application: tidemark get releases NAME', EXIT.usage)
      const { releases } = await api.call(api.raw.listReleases, { application: name })
      return print(options.output, RELEASES, releases)
    }
  }
}

async function applications(
  api: ApiClient,
  { cluster = '', namespace = '' }: GetOptions,
): Promise<readonly ApplicationView[]> {
  return (await api.call(api.raw.listApplications, { cluster, namespace })).applications
}

interface Table<Row> {
  readonly columns: readonly Column<Row>[]
  readonly name: (row: Row) => string
}

function print<Row>(form: OutputForm, { columns, name }: Table<Row>, rows: readonly Row[]): void {
  if (form === 'json') return say(formatJson({ kind: 'List', items: rows }))
  if (rows.length === 0) return tell('there is nothing to list')
  if (form === 'name') return say(rows.map(name).join('\n'))
  say(formatTable(columns, rows, form))
}

/** `Ready`, `Failed`: a phase for people. */
export function phaseName(phase: Phase): string {
  const [key = 'PHASE_UNKNOWN'] = Object.entries(Phase).find(([, value]) => value === phase) ?? []
  const word = key.replace('PHASE_', '').toLowerCase()
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

const now = (): number => systemClock.now()

const APPLICATIONS: Table<ApplicationView> = {
  name: ({ applicationId }) => applicationId,
  columns: [
    { title: 'CLUSTER', value: ({ cluster }) => cluster },
    { title: 'NAMESPACE', value: ({ object }) => object?.namespace ?? '' },
    { title: 'NAME', value: ({ object }) => object?.name ?? '' },
    { title: 'STATUS', value: ({ phase }) => phaseName(phase) },
    {
      title: 'RELEASE',
      value: ({ release, applied }) =>
        release === applied ? String(release) : `${applied} -> ${release}`,
    },
    { title: 'REVISION', value: ({ revision }) => shortRevision(revision) },
    { title: 'AGE', value: ({ changedAtMs }) => formatAge(changedAtMs, now()) },
    {
      title: 'REASON',
      value: ({ reason, message }) => (reason === 'Ready' ? '' : `${reason}: ${message}`),
    },
    { title: 'KIND', value: ({ object }) => object?.kind ?? '', wide: 'wide' },
    { title: 'OBJECTS', value: ({ objectCount }) => String(objectCount), wide: 'wide' },
    { title: 'ID', value: ({ applicationId }) => applicationId, wide: 'wide' },
  ],
}

const SOURCES: Table<SourceView> = {
  name: ({ sourceId }) => sourceId,
  columns: [
    {
      title: 'NAME',
      value: ({ objects }) =>
        objects.map(({ namespace, name }) => `${namespace}/${name}`).join(','),
    },
    { title: 'URL', value: ({ url }) => url },
    { title: 'REF', value: ({ ref }) => ref },
    { title: 'REVISION', value: ({ revision }) => shortRevision(revision) },
    { title: 'READY', value: ({ ready }) => (ready ? 'True' : 'False') },
    { title: 'AGE', value: ({ fetchedAtMs }) => formatAge(fetchedAtMs, now()) },
    { title: 'MESSAGE', value: ({ message, commit }) => message || (commit?.subject ?? '') },
    { title: 'ID', value: ({ sourceId }) => sourceId, wide: 'wide' },
  ],
}

const CLUSTERS: Table<ClusterView> = {
  name: ({ cluster }) => cluster,
  columns: [
    { title: 'NAME', value: ({ cluster }) => cluster },
    { title: 'ACCESS', value: ({ access }) => access?.kind?.$case ?? '' },
    { title: 'REACHABLE', value: ({ reachable }) => (reachable ? 'True' : 'False') },
    { title: 'READY', value: ({ ready, applications: all }) => `${ready}/${all}` },
    { title: 'MESSAGE', value: ({ message }) => message },
  ],
}

const RELEASES: Table<ReleaseView> = {
  name: ({ number }) => String(number),
  columns: [
    { title: 'RELEASE', value: ({ number }) => String(number) },
    {
      title: 'OUTCOME',
      value: ({ outcome, current }) => (current ? `${outcome} (runs)` : outcome),
    },
    { title: 'REVISION', value: ({ revision }) => shortRevision(revision) },
    { title: 'OBJECTS', value: ({ objectCount }) => String(objectCount) },
    { title: 'CUT', value: ({ cutAtMs }) => new Date(Number(cutAtMs)).toISOString() },
    { title: 'COMMIT', value: ({ commit, message }) => message || (commit?.subject ?? '') },
    { title: 'MANIFESTS', value: ({ manifestDigest }) => manifestDigest, wide: 'wide' },
  ],
}

const DEPLOYMENTS: Table<DeploymentView> = {
  name: ({ applicationId, cluster }) => `${applicationId}@${cluster}`,
  columns: [
    { title: 'APPLICATION', value: ({ applicationId }) => applicationId },
    { title: 'CLUSTER', value: ({ cluster }) => cluster },
    { title: 'RELEASE', value: ({ number }) => String(number) },
    { title: 'OUTCOME', value: ({ outcome }) => outcomeName(outcome) },
    { title: 'CREATED', value: ({ counts }) => String(counts?.created ?? 0) },
    { title: 'CONFIGURED', value: ({ counts }) => String(counts?.configured ?? 0) },
    { title: 'UNCHANGED', value: ({ counts }) => String(counts?.unchanged ?? 0) },
    { title: 'PRUNED', value: ({ counts }) => String(counts?.pruned ?? 0) },
    { title: 'MESSAGE', value: ({ message }) => message },
  ],
}

const PARKED: Table<{
  reactor: string
  position: bigint
  key: string
  error: string
  tries: number
}> = {
  name: ({ reactor, position }) => `${reactor}/${position}`,
  columns: [
    { title: 'READER', value: ({ reactor }) => reactor },
    { title: 'POSITION', value: ({ position }) => String(position) },
    { title: 'KEY', value: ({ key }) => key },
    { title: 'TRIES', value: ({ tries }) => String(tries) },
    { title: 'ERROR', value: ({ error }) => error },
  ],
}

/** `Applied`, `Failed`: how an apply ended, for people. */
export function outcomeName(outcome: ApplyOutcome): string {
  const names = ['Applying', 'Applied', 'Failed', 'Superseded', 'Held']
  return names[outcome] ?? 'Unknown'
}
