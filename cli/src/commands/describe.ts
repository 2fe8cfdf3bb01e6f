import type { DescribeApplicationResponse, ObjectCounts } from '@tidemark/contracts'
import { connect } from '../client/api-client.ts'
import { print, shortRevision } from '../client/print.ts'
import { choiceOf, type OutputOptions } from './options.ts'
import { describeChart, outcomeName, phaseName } from '../client/words.ts'

const RELEASES_SHOWN = 5
const TITLE_WIDTH = 13

/** `tidemark describe APPLICATION`. */
export async function describe(application: string, options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const described = await api.call(api.raw.describeApplication, { application })
  print(options.output, { value: described, text: () => format(described) })
}

function format(described: DescribeApplicationResponse): string {
  const { releases, deployments, events } = described
  const objects = deployments.flatMap((deployment) => {
    const { results, objects: unhealthy, outcome, counts } = deployment
    const first = `${outcomeName(outcome)}: ${describeCounts(counts)}`
    return [first].concat(
      results.map(({ id, message }) => `${id}: ${message}`),
      unhealthy.map(({ id, message }) => `${id}: ${message}`),
    )
  })
  const past = releases
    .slice(0, RELEASES_SHOWN)
    .map(
      ({ number, outcome, revision, commit, chart }) =>
        `${number}  ${outcome}  ${shortRevision(revision)}  ${commit?.subject ?? describeChart(chart)}`,
    )
  const happened = events.map(({ position, type, summary }) => `${position}  ${type}  ${summary}`)
  return [
    ...head(described),
    ...section('Deployment', objects),
    ...section('Releases', past),
    ...section('Events', happened),
  ].join('\n')
}

function head({ application, source, dependsOn }: DescribeApplicationResponse): readonly string[] {
  if (application === undefined) return []
  const { object, cluster, applicationId, phase, reason, message, revision } = application
  const rows: readonly (readonly [string, string])[] = [
    ['Name', object?.name ?? ''],
    ['Namespace', object?.namespace ?? ''],
    ['Kind', object?.kind ?? ''],
    ['Cluster', cluster],
    ['Id', applicationId],
    ['Status', `${phaseName(phase)} (${reason})`],
    ['Message', message],
    ['Source', source === undefined ? '' : `${source.url} ${source.ref}`],
    ['Revision', shortRevision(revision)],
    ['Chart', describeChart(application.chart)],
    ['Release', `${application.applied} runs, ${application.release} is the newest`],
    ['Depends on', dependsOn.join(', ')],
  ]
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(TITLE_WIDTH)}${value}`)
}

function describeCounts(counts: ObjectCounts | undefined): string {
  const { created = 0, configured = 0, unchanged = 0, pruned = 0 } = counts ?? {}
  return `${created} created, ${configured} configured, ${unchanged} unchanged, ${pruned} pruned`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
}
