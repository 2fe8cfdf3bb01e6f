import { systemClock } from '@tidemark/kernel'
import { CommandError } from '../client/exit-codes.ts'
import { environment } from '../config.ts'
import { startPlatform } from '../serve/platform.ts'

/** Time for load balancers to see that `/readyz` says no, before listeners close. */
const DRAIN_MS = 1_000

/** `tidemark serve SERVICE`: the platform form, until it is told to end. */
export async function serve(service: string): Promise<void> {
  await using running = await startPlatform(service, environment())
  const ending = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  try {
    await Promise.race([ending, running.stopped])
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'a service stopped')
  }
  running.drain()
  await systemClock.sleep(DRAIN_MS)
}
