import { Phase, type ApplicationView } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { shortRevision, tell } from '../client/print.ts'
import { phaseName } from '../client/words.ts'
import { shortName } from './read-release.ts'

const LOOK_MS = 200
const FAILED_MS = 3_000 // What has failed for this long, with nothing under way, waits for a person.

export interface Waiting {
  /** The applications that are waited for, as they are now. */
  readonly look: () => Promise<readonly ApplicationView[]>
  readonly isThere: (view: ApplicationView) => boolean
  readonly timeoutMs: number
  /** The same as it was written. */
  readonly timeout: string
}

/** Waits until all are there, and says what it waits for. What is not there in time, or has failed for good, ends with 3. */
export async function waitUntil({
  look,
  isThere,
  timeoutMs,
  timeout,
}: Waiting): Promise<readonly ApplicationView[]> {
  const end = systemClock.monotonic() + timeoutMs
  let told = ''
  let failedSince: number | undefined
  for (;;) {
    const views = await look()
    const open = views.filter((view) => !isThere(view))
    if (views.length > 0 && open.length === 0) return views
    const text = views.length === 0 ? 'waits for applications to be declared' : tellOpen(open)
    if (text !== told) tell(text)
    told = text
    const now = systemClock.monotonic()
    failedSince = isHopeless(open) ? (failedSince ?? now) : undefined
    if (failedSince !== undefined && now - failedSince >= FAILED_MS)
      throw new CommandError(`${tellOpen(open)}\nit has failed; ${adviceOf(open)}`, EXIT.notReady)
    if (now >= end)
      throw new CommandError(
        `not ready after ${timeout}\n${text}\n${adviceOf(open)}`,
        EXIT.notReady,
      )
    await systemClock.sleep(LOOK_MS)
  }
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
