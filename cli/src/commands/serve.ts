import { systemClock } from '@tidemark/kernel'
import { CommandError } from '../client/exit-codes.ts'
import { environment } from '../config.ts'
import { startPlatform, type Platform } from '../serve/platform.ts'

/** Time for load balancers to see that `/readyz` says no, before listeners close. */
const DRAIN_MS = 1_000
/** What then has not ended is cut off: whatever a service does may end at any step (RELIABILITY 3.8). */
const END_MS_MAX = 7_000

/** `tidemark serve SERVICE`: the platform form, until it is told to end. */
export async function serve(service: string): Promise<void> {
  const running = await startPlatform(service, environment())
  const ending = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  try {
    await Promise.race([ending, running.stopped])
  } catch (error) {
    await end(running)
    throw new CommandError(error instanceof Error ? error.message : 'a service stopped')
  }
  running.drain()
  await systemClock.sleep(DRAIN_MS)
  await end(running)
  process.exit() // Nothing that is left over, such as a timer of an unanswered request, holds it up.
}

/** Ends the services, in time. */
async function end(running: Platform): Promise<void> {
  using limit = systemClock.deadline(END_MS_MAX)
  const late = new Promise<'late'>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve('late'), { once: true })
  })
  const ended = await Promise.race([running[Symbol.asyncDispose](), late])
  if (ended !== 'late') return
  const open = [...new Set(process.getActiveResourcesInfo())].join(', ')
  process.stderr.write(`tidemark: cut off after ${END_MS_MAX} ms; still open: ${open}\n`)
}
