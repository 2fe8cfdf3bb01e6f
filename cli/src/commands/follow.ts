import { Phase, type ApplicationView, type ListSourcesResponse } from '@tidemark/contracts'
import type { Clock } from '@tidemark/kernel'
import { ServerUnreachable, type ApiClient } from '../client/api-client.ts'
import { EXIT } from '../client/exit-codes.ts'
import {
  formatJsonLine,
  formatTable,
  say,
  shortRevision,
  tell,
  type Column,
} from '../client/print.ts'
import { isLive, LiveLines, paint, sizeOf } from '../client/terminal.ts'
import { phaseName, toneOf } from '../client/words.ts'

const LOOK_MS = 100
const SHOW_MS = 1_000 // Soon enough for eyes; a look at some hundred applications is work (bench/push).
const LIVE_ROWS_FREE = 6 // Titles, the sum, and what was said before.
const HOPELESS_MS = 3_000 // What is broken for this long, with nothing under way, waits for a person.

interface Shown {
  readonly application: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly release: string
  readonly revision: string
}

/** One JSON line per change. Gives 0 when all are ready, and 3 when they cannot be, or not in time. */
export async function followUntilReady(
  api: ApiClient,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<number> {
  const changes = new ChangesOf((shown) => say(formatJsonLine(shown)))
  const end = clock.monotonic() + timeoutMs
  let brokenSince: number | undefined
  while (clock.monotonic() < end) {
    const verdict = await patiently(async () => verdictOf(api, await changes.look(api)))
    if (verdict === 'ready') return EXIT.ok
    if (verdict !== 'broken') brokenSince = undefined
    else brokenSince ??= clock.monotonic()
    if (brokenSince !== undefined && clock.monotonic() - brokenSince >= HOPELESS_MS) {
      tell('not ready, and nothing is under way; tidemark why NAME says what is broken')
      return EXIT.notReady
    }
    await clock.sleep(LOOK_MS)
  }
  tell(`not ready after ${timeoutMs / 1000} s`)
  return EXIT.notReady
}

interface Showing {
  /** Comes true when the user ends it; rejects where a service has stopped by itself. */
  readonly ending: Promise<unknown>
  readonly steps: string
  /** When the start began, on the monotonic clock. */
  readonly began: number
  readonly clock: Clock
}

/**
 * For people, until the end: on a terminal a table that changes in place until all is ready, elsewhere a line for
 * each change; then what to try, and a line for each change.
 */
export async function showUntilInterrupted(
  api: ApiClient,
  { ending, steps, began, clock }: Showing,
): Promise<void> {
  const live = isLive(process.stderr) ? new LiveLines(process.stderr) : undefined
  let told = false
  const changes = new ChangesOf((shown) => {
    if (live === undefined || told) tell(lineOf(shown))
  }, keyForPeople)
  const ended = new AbortController()
  const stop = ending.finally(() => ended.abort())
  while (!ended.signal.aborted) {
    const seen = await patiently(async () => {
      const applications = await changes.look(api)
      return { applications, verdict: told ? 'told' : await verdictOf(api, applications) }
    })
    if (!told && seen !== undefined) live?.draw(liveTable(seen.applications))
    if (seen?.verdict === 'ready') {
      const { applications } = seen
      const seconds = ((clock.monotonic() - began) / 1000).toFixed(1)
      tell(`\n${applications.length} applications are ready after ${seconds} s.${steps}`)
      told = true
    }
    await Promise.race([clock.sleep(told ? SHOW_MS : LOOK_MS), stop])
  }
  tell('ending ...')
  await stop
}

/**
 * What a look gives; `undefined` where the server, which is our own, has not read its log yet or is too busy to answer: the
 * next look tells, and the plane must not end for it.
 */
async function patiently<Seen>(look: () => Promise<Seen>): Promise<Seen | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof ServerUnreachable) return undefined
    throw error
  }
}

async function verdictOf(
  api: ApiClient,
  applications: readonly ApplicationView[],
): Promise<Verdict> {
  return judge(applications, await api.call(api.raw.listSources, {}))
}

/** Shows what comes of a commit that is still to be made: what is so now is no change. */
export async function beginFollowing(api: ApiClient, clock: Clock): Promise<CommitFollower> {
  const changes = new ChangesOf((shown) => tell(lineOf(shown)), keyForPeople)
  changes.ignore(await list(api))
  return { follow: (commit) => followCommit({ api, changes, clock }, commit) }
}

interface CommitFollower {
  /** Until the commit was taken and nothing is under way. */
  readonly follow: (commit: string) => Promise<void>
}

interface Following {
  readonly api: ApiClient
  readonly changes: ChangesOf
  readonly clock: Clock
}

async function followCommit({ api, changes, clock }: Following, commit: string): Promise<void> {
  const end = clock.monotonic() + SETTLED_MS_MAX
  let quiet = 0
  while (clock.monotonic() < end && quiet < QUIET_LOOKS) {
    const { sources } = await api.call(api.raw.listSources, {})
    const seen = sources.some(({ revision }) => revision.endsWith(`:${commit}`))
    const applications = await changes.look(api)
    const moving = applications.some(({ phase }) => MOVING.has(phase))
    quiet = seen && !moving ? quiet + 1 : 0
    await clock.sleep(LOOK_MS)
  }
}

const SETTLED_MS_MAX = 60_000
const QUIET_LOOKS = 3 // Between two steps there is a moment in which nothing is under way.
const MOVING: ReadonlySet<Phase> = new Set([
  Phase.PHASE_DECLARED,
  Phase.PHASE_RENDERING,
  Phase.PHASE_APPLYING,
  Phase.PHASE_PROGRESSING,
])

async function list(api: ApiClient): Promise<readonly ApplicationView[]> {
  const request = { cluster: '', namespace: '' }
  return (await api.call(api.raw.listApplications, request)).applications
}

function lineOf({ application, status, release, revision, reason, message }: Shown): string {
  const why = reason === '' || reason === 'Ready' ? '' : `  ${reason}: ${message}`
  const word = paint(process.stderr, status.padEnd(12), toneOf(status))
  return shortRevision(`${word}${application}  release ${release}  ${revision}${why}`)
}

function isOpen({ phase }: ApplicationView): boolean {
  return phase !== Phase.PHASE_READY
}

/** The applications as lines; those that are not ready come first where not all fit. */
function liveTable(applications: readonly ApplicationView[]): readonly string[] {
  const { rows } = sizeOf(process.stderr)
  const sorted =
    applications.length <= rows - LIVE_ROWS_FREE
      ? applications
      : applications.toSorted((left, right) => Number(isOpen(right)) - Number(isOpen(left)))
  const ready = applications.filter((view) => !isOpen(view)).length
  const table = formatTable(LIVE, sorted, { form: 'table', stream: process.stderr })
  return [...table.split('\n'), `${ready} of ${applications.length} are ready`]
}

const LIVE: readonly Column<ApplicationView>[] = [
  { title: 'CLUSTER', value: ({ cluster }) => cluster },
  { title: 'APPLICATION', value: ({ object }) => object?.name ?? '' },
  {
    title: 'STATUS',
    value: ({ phase }) => phaseName(phase),
    tone: ({ phase }) => toneOf(phaseName(phase)),
  },
  { title: 'RELEASE', value: ({ release }) => (release === 0n ? '-' : String(release)) },
  { title: 'OBJECTS', value: ({ objectCount }) => String(objectCount) },
  {
    title: 'NOW',
    value: ({ reason, message }) => (reason === 'Ready' ? '' : (message.split('\n')[0] ?? '')),
  },
]

type Verdict = 'ready' | 'moving' | 'broken'

function judge(
  applications: readonly ApplicationView[],
  { sources }: ListSourcesResponse,
): Verdict {
  if (
    sources.some(
      ({ ready, reason, revision }) => !ready && reason !== 'Fetching' && revision === '',
    )
  )
    return 'broken'
  if (applications.length === 0) return 'moving'
  const open = applications.filter(({ phase }) => phase !== Phase.PHASE_READY)
  if (open.length === 0) return 'ready'
  const failed = new Set(
    open
      .filter(({ phase }) => phase === Phase.PHASE_FAILED)
      .map(({ applicationId }) => applicationId),
  )
  const stuck = open.every(
    ({ phase, applicationId }) =>
      failed.has(applicationId) || phase === Phase.PHASE_WAITING || phase === Phase.PHASE_SUSPENDED,
  )
  return stuck && failed.size > 0 ? 'broken' : 'moving'
}

/** A newer commit that changed nothing for an application is nothing that people must see. */
function keyForPeople({ application, status, reason, message, release }: Shown): string {
  return [application, status, reason, reason === 'Ready' ? '' : message, release].join('\n')
}

/** Tells each change of an application once. */
class ChangesOf {
  readonly #tell: (shown: Shown) => void
  readonly #keyOf: (shown: Shown) => string
  readonly #last = new Map<string, string>()

  constructor(onChange: (shown: Shown) => void, keyOf: (shown: Shown) => string = formatJsonLine) {
    this.#tell = onChange
    this.#keyOf = keyOf
  }

  /** What is so now is no change. */
  ignore(applications: readonly ApplicationView[]): void {
    for (const view of applications) this.#last.set(view.applicationId, this.#keyOf(shownOf(view)))
  }

  async look(api: ApiClient): Promise<readonly ApplicationView[]> {
    const applications = await list(api)
    for (const view of applications) {
      const shown = shownOf(view)
      const text = this.#keyOf(shown)
      if (this.#last.get(view.applicationId) !== text) this.#tell(shown)
      this.#last.set(view.applicationId, text)
    }
    return applications
  }
}

function shownOf(view: ApplicationView): Shown {
  const { cluster, object, phase, reason, message, release, revision } = view
  return {
    application: [cluster, object?.namespace, object?.name].join('/'),
    status: phaseName(phase),
    reason,
    message,
    release: String(release),
    revision,
  }
}
