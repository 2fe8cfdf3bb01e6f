import { Phase, type ApplicationView } from '@tidemark/contracts'
import { connect, type ApiClient } from '../client/api-client.ts'
import { print, shortRevision } from '../client/print.ts'
import { shortName } from './read-release.ts'
import { phaseName } from '../client/words.ts'
import { choiceOf, type OutputOptions } from './options.ts'
import { readDuration } from './up-options.ts'
import { waitUntil } from './wait-until.ts'

export interface WaitOptions extends OutputOptions {
  readonly cluster?: string
  readonly commit?: string
  readonly release?: number
  readonly timeout: string
}

/** `tidemark wait [APPLICATION...]`: 0 when all are there, 3 when they are not in time. */
export async function wait(names: readonly string[], options: WaitOptions): Promise<void> {
  const timeoutMs = readDuration(options.timeout, '--timeout')
  using api = await connect(choiceOf(options))
  const wanted = new Set(await Promise.all(names.map((name) => idOf(api, name))))
  const views = await waitUntil({
    look: () => look(api, options, wanted),
    isThere: (view) => isThere(view, options),
    timeoutMs,
    timeout: options.timeout,
  })
  show(views, options)
}

/** The id of the application that a name names. */
export async function idOf(api: ApiClient, application: string): Promise<string> {
  const { application: view } = await api.call(api.raw.describeApplication, { application })
  return view?.applicationId ?? application
}

async function look(
  api: ApiClient,
  { cluster = '' }: WaitOptions,
  wanted: ReadonlySet<string>,
): Promise<readonly ApplicationView[]> {
  const { applications } = await api.call(api.raw.listApplications, { cluster, namespace: '' })
  return applications.filter(({ applicationId }) => wanted.size === 0 || wanted.has(applicationId))
}

function isThere(view: ApplicationView, { commit, release }: WaitOptions): boolean {
  if (view.phase !== Phase.PHASE_READY) return false
  if (commit !== undefined && !view.revision.includes(`:${commit}`)) return false
  return release === undefined || view.applied >= BigInt(release)
}

function show(views: readonly ApplicationView[], { output }: OutputOptions): void {
  print(output, {
    value: { kind: 'List', items: views },
    text: () =>
      views
        .map(
          (view) =>
            `${shortName(view)}  ${phaseName(view.phase)}  release ${view.applied}  ${shortRevision(view.revision)}`,
        )
        .join('\n'),
    names: () => views.map(({ applicationId }) => applicationId),
  })
}
