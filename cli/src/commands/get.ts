import {
  type ApplicationView,
  type ClusterView,
  type KeyValue,
  type DeploymentView,
  type ObjectRef,
  type ReleaseView,
  type SourceView,
} from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { connect, type ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import {
  formatAge,
  formatTable,
  print,
  shortRevision,
  tell,
  type Column,
  type Output,
} from '../client/print.ts'
import { closestName } from '@tidemark/service'
import { NOTIFICATION_COLUMNS, notificationName, notificationObjects } from './get-notifications.ts'
import { choiceOf, type OutputOptions } from './options.ts'
import { describeChart, outcomeName, phaseName, toneOf } from '../client/words.ts'

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
  const wanted = kindOf(kind)
  using api = await connect(choiceOf(options))
  switch (wanted) {
    case 'applications':
      return show(options.output, APPLICATIONS, await applications(api, options))
    case 'sources': {
      const { sources } = await api.call(api.raw.listSources, {})
      return show(
        options.output,
        SOURCES,
        sources.filter(({ objects }) => objects.some((ref) => isWanted(ref, options))),
      )
    }
    case 'clusters': {
      const { clusters } = await api.call(api.raw.listClusters, {})
      return show(options.output, CLUSTERS, clusters)
    }
    case 'receivers':
    case 'providers':
    case 'alerts': {
      const table = { columns: NOTIFICATION_COLUMNS[wanted], name: notificationName }
      return show(options.output, table, await notificationObjects(api, wanted, options))
    }
    case 'parked': {
      const { events } = await api.call(api.raw.listParked, {})
      return show(options.output, PARKED, events)
    }
    case 'deployments': {
      const request = { application: name ?? '', cluster: options.cluster ?? '' }
      const { deployments } = await api.call(api.raw.listDeployments, request)
      return show(options.output, DEPLOYMENTS, deployments)
    }
    default: {
      if (name === undefined)
        throw new CommandError('name the application: tidemark get releases NAME', EXIT.usage)
      const { releases } = await api.call(api.raw.listReleases, { application: name })
      return show(options.output, RELEASES, releases)
    }
  }
}

async function applications(
  api: ApiClient,
  { cluster = '', namespace = '' }: GetOptions,
): Promise<readonly ApplicationView[]> {
  return (await api.call(api.raw.listApplications, { cluster, namespace })).applications
}

/** Whether it is of the cluster and the namespace that were asked for. */
function isWanted(
  ref: ObjectRef,
  { cluster = ref.cluster, namespace = ref.namespace }: GetOptions,
): boolean {
  return ref.cluster === cluster && ref.namespace === namespace
}

/** kubectl's habit: one or many, in full or short. */
function kindOf(text: string): Kind {
  const kind = KINDS.find(({ names }) => names.some((name) => name === text.toLowerCase()))
  if (kind !== undefined) return kind.kind
  const near = closestName(
    text,
    KINDS.flatMap(({ names }) => names),
  )
  const guess = near === undefined ? '' : `; did you mean ${near}?`
  throw new CommandError(
    `there is no kind '${text}'${guess} (there are ${KINDS.map(({ kind: name }) => name).join(', ')})`,
    EXIT.usage,
  )
}

const KINDS = [
  { kind: 'applications', names: ['applications', 'application', 'apps', 'app'] },
  { kind: 'sources', names: ['sources', 'source', 'src'] },
  { kind: 'releases', names: ['releases', 'release', 'rel'] },
  { kind: 'deployments', names: ['deployments', 'deployment', 'deploy'] },
  { kind: 'clusters', names: ['clusters', 'cluster'] },
  { kind: 'receivers', names: ['receivers', 'receiver'] },
  { kind: 'providers', names: ['providers', 'provider'] },
  { kind: 'alerts', names: ['alerts', 'alert'] },
  { kind: 'parked', names: ['parked'] },
] as const
type Kind = (typeof KINDS)[number]['kind']

interface Table<Row> {
  readonly columns: readonly Column<Row>[]
  readonly name: (row: Row) => string
}

function show<Row>(output: Output, { columns, name }: Table<Row>, rows: readonly Row[]): void {
  if (rows.length === 0 && PEOPLE.has(output.kind)) return tell('there is nothing to list')
  print(output, {
    value: { kind: 'List', items: rows },
    text: () => formatTable(columns, rows, { form: output.kind, stream: process.stdout }),
    names: () => rows.map(name),
  })
}

const PEOPLE: ReadonlySet<string> = new Set(['table', 'wide', 'name'])

const now = (): number => systemClock.now()

/** Objects of several clusters may share a source, and a name. */
function distinct(texts: readonly string[]): string {
  return [...new Set(texts)].toSorted().join(',')
}

/** A table has one line for each row; describe and why show the whole text. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

const APPLICATIONS: Table<ApplicationView> = {
  name: ({ applicationId }) => applicationId,
  columns: [
    { title: 'CLUSTER', value: ({ cluster }) => cluster },
    { title: 'NAMESPACE', value: ({ object }) => object?.namespace ?? '' },
    { title: 'NAME', value: ({ object }) => object?.name ?? '' },
    {
      title: 'STATUS',
      value: ({ phase }) => phaseName(phase),
      tone: ({ phase }) => toneOf(phaseName(phase)),
    },
    {
      title: 'RELEASE',
      value: ({ release, applied }) =>
        release === applied ? String(release) : `${applied} (of ${release})`,
    },
    { title: 'REVISION', value: ({ revision }) => shortRevision(revision) },
    { title: 'AGE', value: ({ changedAtMs }) => formatAge(changedAtMs, now()) },
    {
      title: 'REASON',
      value: ({ reason, message }) =>
        reason === 'Ready' ? '' : `${reason}: ${firstLine(message)}`,
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
        distinct(objects.map(({ namespace, name }) => `${namespace}/${name}`)),
    },
    {
      title: 'CLUSTERS',
      value: ({ objects }) => distinct(objects.map(({ cluster }) => cluster)),
    },
    { title: 'URL', value: ({ url }) => url },
    { title: 'REF', value: ({ ref }) => ref },
    { title: 'REVISION', value: ({ revision }) => shortRevision(revision) },
    {
      title: 'READY',
      value: ({ ready }) => (ready ? 'True' : 'False'),
      tone: ({ ready }) => (ready ? 'good' : 'bad'),
    },
    { title: 'AGE', value: ({ fetchedAtMs }) => formatAge(fetchedAtMs, now()) },
    {
      title: 'MESSAGE',
      value: ({ message, commit }) => firstLine(message) || (commit?.subject ?? ''),
    },
    { title: 'ID', value: ({ sourceId }) => sourceId, wide: 'wide' },
  ],
}

const CLUSTERS: Table<ClusterView> = {
  name: ({ cluster }) => cluster,
  columns: [
    { title: 'NAME', value: ({ cluster }) => cluster },
    { title: 'ACCESS', value: ({ access }) => access?.kind?.$case ?? '' },
    {
      title: 'REACHABLE',
      value: ({ reachable }) => (reachable ? 'True' : 'False'),
      tone: ({ reachable }) => (reachable ? 'good' : 'bad'),
    },
    { title: 'READY', value: ({ ready, applications: all }) => `${ready}/${all}` },
    { title: 'MESSAGE', value: ({ message }) => firstLine(message) },
    { title: 'LABELS', value: ({ labels }) => pairs(labels), wide: 'wide' },
    { title: 'VARIABLES', value: ({ variables }) => pairs(variables), wide: 'wide' },
  ],
}

function pairs(values: readonly KeyValue[]): string {
  return values.map(({ key, value }) => `${key}=${value}`).join(',')
}

const RELEASES: Table<ReleaseView> = {
  name: ({ number }) => String(number),
  columns: [
    { title: 'RELEASE', value: ({ number }) => String(number) },
    {
      title: 'OUTCOME',
      value: ({ outcome, current }) => (current ? `${outcome} (runs)` : outcome),
      tone: ({ outcome }) => toneOf(outcome),
    },
    { title: 'REVISION', value: ({ revision }) => shortRevision(revision) },
    { title: 'OBJECTS', value: ({ objectCount }) => String(objectCount) },
    { title: 'CUT', value: ({ cutAtMs }) => new Date(Number(cutAtMs)).toISOString() },
    {
      title: 'COMMIT',
      value: ({ commit, message, chart }) =>
        firstLine(message) || (commit?.subject ?? '') || describeChart(chart),
    },
    { title: 'MANIFESTS', value: ({ manifestDigest }) => manifestDigest, wide: 'wide' },
  ],
}

const DEPLOYMENTS: Table<DeploymentView> = {
  name: ({ applicationId, cluster }) => `${applicationId}@${cluster}`,
  columns: [
    { title: 'APPLICATION', value: ({ applicationId }) => applicationId },
    { title: 'CLUSTER', value: ({ cluster }) => cluster },
    { title: 'RELEASE', value: ({ number }) => String(number) },
    {
      title: 'OUTCOME',
      value: ({ outcome }) => outcomeName(outcome),
      tone: ({ outcome }) => toneOf(outcomeName(outcome)),
    },
    { title: 'CREATED', value: ({ counts }) => String(counts?.created ?? 0) },
    { title: 'CONFIGURED', value: ({ counts }) => String(counts?.configured ?? 0) },
    { title: 'UNCHANGED', value: ({ counts }) => String(counts?.unchanged ?? 0) },
    { title: 'PRUNED', value: ({ counts }) => String(counts?.pruned ?? 0) },
    { title: 'MESSAGE', value: ({ message }) => firstLine(message) },
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
