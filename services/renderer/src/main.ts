import type { Recorded } from '@tidemark/contracts'
import type { KeyedDigest } from '@tidemark/manifests'
import { runReactor, runWithLease, type RunningService, type Surroundings } from '@tidemark/service'
import type { Artifacts, RenderEngine } from './ports.ts'
import { renderApplication, type RenderApplicationDeps } from './steps/render-application.ts'

const RENDERS_MAX = 32 // In hand at once: what waits for a child has its files read already.

export interface RendererParts {
  readonly engine: RenderEngine
  readonly artifacts: Artifacts
  readonly keyed: KeyedDigest
}

/** The renderer: answers each render that is asked for. */
export function startRenderer(surroundings: Surroundings, parts: RendererParts): RunningService {
  return runWithLease('renderer', surroundings, [
    { resource: 'renderer-0', run: (_, signal) => run(surroundings, parts, signal) },
  ])
}

async function run(
  surroundings: Surroundings,
  parts: RendererParts,
  signal: AbortSignal,
): Promise<void> {
  const newest = new Map<string, bigint>()
  const newestRequest = (id: string): bigint => newest.get(id) ?? 0n
  const deps: RenderApplicationDeps = { surroundings, ...parts, newestRequest, known: new Map() }
  await runReactor(
    surroundings,
    {
      name: 'renderer-0',
      writer: 'renderer',
      concurrency: RENDERS_MAX,
      keyOf: applicationOf,
      observe: ({ event }) => {
        if (event.type === 'RenderRequested')
          newest.set(event.value.applicationId, event.value.request)
      },
      steps: { RenderRequested: (recorded, ending) => renderApplication(deps, recorded, ending) },
    },
    signal,
  )
}

function applicationOf({ event }: Recorded): string | undefined {
  return event.type === 'RenderRequested' ? event.value.applicationId : undefined
}
