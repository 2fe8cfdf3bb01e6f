import { Phase, type ApplicationView } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { connect, type ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print, shortRevision, tell } from '../client/print.ts'
import { shortName } from './read-release.ts'
import { phaseName } from '../client/words.ts'
import { choiceOf, type OutputOptions } from './options.ts'
import { readDuration } from './up-options.ts'

const LOOK_MS = 200
const FAILED_MS = 3_000 // What has failed for this long, with nothing under way, waits for a person.

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
  const end = systemClock.monotonic() + timeoutMs
  let told = ''
  let failedSince: number | undefined
  for (;;) {
    const views = await look(api, options, wanted)
    const open = views.filter((view) => !isThere(view, options))
    if (views.length > 0 && open.length === 0) return show(views, options)
    const text = views.length === 0 ? 'waits for applications to be declared' : tellOpen(open)
    if (text !== told) tell(text)
    told = text
    const now = systemClock.monotonic()
    failedSince = isHopeless(open) ? (failedSince ?? now) : undefined
    if (failedSince !== undefined && now - failedSince >= FAILED_MS)
      throw new CommandError(`${tellOpen(open)}\nit has failed; ${adviceOf(open)}`, EXIT.notReady)
    if (now >= end)
      throw new CommandError(
        `not ready after ${options.timeout}\n${text}\n${adviceOf(open)}`,
        EXIT.notReady,
      )
    await systemClock.sleep(LOOK_MS)
  }
}

async function idOf(api: ApiClient, application: string): Promise<string> {
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

function isHopeless(open: readonly ApplicationView[]): boolean {
  const stuck: ReadonlySet<Phase> = new Set([
    Phase.PHASE_FAILED,
    Phase.PHASE_WAITING,
    Phase.PHASE_SUSPENDED,
  ])
  return (
    open.length > 0 &&
    open.every(({ phase }) => stuck.has(phase)) &&
    open.some(({ phase }) => phase === Phase.PHASE_FAILED)
  )
}

function tellOpen(open: readonly ApplicationView[]): string {
  return open
    .map((view) => {
      const { phase, reason, message, revision } = view
      const why = phase === Phase.PHASE_READY ? `at ${shortRevision(revision)}` : reason
      const more = phase === Phase.PHASE_READY ? '' : `: ${message.split('\n')[0] ?? ''}`
      return `waits for ${shortName(view)}  ${phaseName(phase)}  ${why}${more}`
    })
    .join('\n')
}

function adviceOf([first]: readonly ApplicationView[]): string {
  return first === undefined
    ? 'tidemark get sources shows whether the source can be read'
    : `tidemark why ${shortName(first)} says what is broken`
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
