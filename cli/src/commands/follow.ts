import { Phase, type ApplicationView, type ListSourcesResponse } from '@tidemark/contracts'
import type { Clock } from '@tidemark/kernel'
import type { ApiClient } from '../client/api-client.ts'
import { EXIT } from '../client/exit-codes.ts'
import { formatJsonLine, say, shortRevision, tell } from '../client/print.ts'
import { phaseName } from './get.ts'

const LOOK_MS = 100
const SHOW_MS = 500 // Soon enough for eyes; a look at some hundred applications is work.
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
    const applications = await changes.look(api)
    const verdict = judge(applications, await api.call(api.raw.listSources, {}))
    if (verdict === 'ready') return EXIT.ok
    if (verdict === 'moving') brokenSince = undefined
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

/** Lines for people, until the end: what changes, and once all is ready what to try. */
export async function showUntilInterrupted(
  api: ApiClient,
  {
    ending,
    dataDir,
    clock,
  }: { readonly ending: Promise<void>; readonly dataDir: string; readonly clock: Clock },
): Promise<void> {
  const changes = new ChangesOf(({ application, status, release, revision, reason, message }) => {
    const why = reason === '' || reason === 'Ready' ? '' : `  ${reason}: ${message}`
    tell(`${status.padEnd(12)}${application}  release ${release}  ${shortRevision(revision)}${why}`)
  })
  let hinted = false
  const ended = new AbortController()
  const stop = ending.finally(() => ended.abort())
  while (!ended.signal.aborted) {
    const applications = await changes.look(api)
    const ready = judge(applications, await api.call(api.raw.listSources, {})) === 'ready'
    if (ready && !hinted) hint(dataDir)
    hinted ||= ready
    await Promise.race([clock.sleep(SHOW_MS), stop])
  }
  tell('ending ...')
  await stop
}

function hint(dataDir: string): void {
  const flag = dataDir === './.tidemark' ? '' : ` --data-dir ${dataDir}`
  tell(`
All is ready. In another terminal:
  npx tidemark get applications${flag}
  npx tidemark history shop${flag}
  npx tidemark audit verify${flag}
  kubectl --kubeconfig ${dataDir}/kubeconfig get deployments -A
Ctrl-C ends it; the next start goes on from here.
`)
}

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

/** Tells each change of an application once. */
class ChangesOf {
  readonly #tell: (shown: Shown) => void
  readonly #last = new Map<string, string>()

  constructor(onChange: (shown: Shown) => void) {
    this.#tell = onChange
  }

  async look(api: ApiClient): Promise<readonly ApplicationView[]> {
    const request = { cluster: '', namespace: '' }
    const { applications } = await api.call(api.raw.listApplications, request)
    for (const view of applications) {
      const shown = shownOf(view)
      const text = formatJsonLine(shown)
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
