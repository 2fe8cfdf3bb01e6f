import { systemClock, systemRandom } from '@tidemark/kernel'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { tell } from '../client/print.ts'
import { crashPoints, ownKubeconfig } from '../config.ts'
import { openState } from '../serve/open-state.ts'
import { readContexts, readDuration, type ContextChoice, type UpOptions } from './up-options.ts'

const SAME_PRESS_MS = 500

/**
 * `tidemark up`: a whole control plane in this process, until Ctrl-C. The ledger is opened first: its database
 * starts in a thread of its own, while this one loads the rest of the plane.
 */
export async function up(options: UpOptions): Promise<void> {
  const contexts = readContexts(options.context)
  if (contexts.length > 0 && options.repo === undefined)
    throw new CommandError('name the repository that the clusters are fed from: --repo', EXIT.usage)
  const timeoutMs = readDuration(options.timeout, '--timeout')
  const intervalMs = BigInt(readDuration(options.interval, '--interval'))
  const told = interrupted()
  await checkContexts(options, contexts)
  const began = systemClock.monotonic()
  tell('starting ...')
  const state = openState({
    dataDir: options.dataDir,
    clock: systemClock,
    random: systemRandom,
    crashPoints: crashPoints(),
  })
  state.catch(() => undefined) // Whoever starts the plane on it tells of it.
  const { runPlane } = await import('./run-plane.ts')
  await runPlane({ options, contexts, timeoutMs, intervalMs, told, began, state })
}

/** A context that is not there is told before anything is made on the disk. */
async function checkContexts(
  { kubeconfig }: UpOptions,
  contexts: readonly ContextChoice[],
): Promise<void> {
  if (contexts.length === 0) return
  const { contextAccess } = await import('../serve/context-access.ts')
  const path = kubeconfig ?? ownKubeconfig()
  for (const { context } of contexts) await contextAccess({ context, path, clock: systemClock })
}

/**
 * The first signal ends all in order. The same key press may come twice, by the terminal and by whoever started us;
 * one that comes later is somebody who will not wait.
 */
function interrupted(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    let since: number | undefined
    const onSignal = (): void => {
      const now = systemClock.monotonic()
      if (since !== undefined && now - since > SAME_PRESS_MS) process.exit(EXIT.interrupted)
      since ??= now
      resolve('interrupted')
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
