import type { DescribeApplicationResponse } from '@tidemark/contracts'
import { connect } from '../client/api-client.ts'
import { formatJson, say, shortRevision } from '../client/print.ts'
import { outcomeName, phaseName } from './get.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const RELEASES_SHOWN = 5

/** `tidemark describe APPLICATION`. */
export async function describe(application: string, options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const described = await api.call(api.raw.describeApplication, { application })
  say(options.output === 'json' ? formatJson(described) : format(described))
}

function format({
  application,
  source,
  releases,
  deployments,
  dependsOn,
  events,
}: DescribeApplicationResponse): string {
  const rows: (readonly [string, string])[] = [
    ['Name', application?.object?.name ?? ''],
    ['Namespace', application?.object?.namespace ?? ''],
    ['Kind', application?.object?.kind ?? ''],
    ['Cluster', application?.cluster ?? ''],
    ['Id', application?.applicationId ?? ''],
    [
      'Status',
      application === undefined ? '' : `${phaseName(application.phase)} (${application.reason})`,
    ],
    ['Message', application?.message ?? ''],
    ['Source', source === undefined ? '' : `${source.url} ${source.ref}`],
    ['Revision', shortRevision(application?.revision ?? '')],
    ['Release', `${application?.applied ?? 0n} runs, ${application?.release ?? 0n} is the newest`],
    ['Depends on', dependsOn.join(', ')],
  ]
  const head = rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(13)}${value}`)
  const objects = deployments.flatMap(({ results, objects: unhealthy, outcome, counts }) => [
    `${outcomeName(outcome)}: ${counts?.created ?? 0} created, ${counts?.configured ?? 0} configured, ${counts?.unchanged ?? 0} unchanged, ${counts?.pruned ?? 0} pruned`,
    ...results.map(({ id, message }) => `${id}: ${message}`),
    ...unhealthy.map(({ id, message }) => `${id}: ${message}`),
  ])
  const past = releases
    .slice(0, RELEASES_SHOWN)
    .map(
      ({ number, outcome, revision, commit }) =>
        `${number}  ${outcome}  ${shortRevision(revision)}  ${commit?.subject ?? ''}`,
    )
  const happened = events.map(({ position, type, summary }) => `${position}  ${type}  ${summary}`)
  return [
    ...head,
    ...section('Deployment', objects),
    ...section('Releases', past),
    ...section('Events', happened),
  ].join('\n')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
}
