import { assert } from './assert.ts'
import type { Clock, Deadline } from './clock.ts'

const SLEEP_MS_MAX = 2_147_483_647 // Node fires a longer timer at once.

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
  deadline,
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  assert(ms >= 0 && ms <= SLEEP_MS_MAX, `a sleep is between 0 and ${SLEEP_MS_MAX} ms, not ${ms}`)
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}

function deadline(ms: number, parent?: AbortSignal): Deadline {
  assert(ms >= 0 && ms <= SLEEP_MS_MAX, `a deadline is between 0 and ${SLEEP_MS_MAX} ms, not ${ms}`)
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error(`timed out after ${ms} ms`)), ms)
  timer.unref()
  const follow = (): void => controller.abort(parent?.reason)
  if (parent?.aborted === true) follow()
  else parent?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      parent?.removeEventListener('abort', follow)
    },
  }
}
