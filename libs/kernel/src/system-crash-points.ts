import { noCrashPoints, type CrashPoints } from './crash-points.ts'

/**
 * Crash points by the text of `TIDEMARK_CRASH_AT`: `<name>`, or `<name>:<n>` for the n-th time that the
 * place is reached. There this process ends by SIGKILL, as in a power cut: no handler runs, nothing is flushed.
 */
export function systemCrashPoints(wish: string | undefined): CrashPoints {
  if (wish === undefined || wish === '') return noCrashPoints
  const colon = wish.lastIndexOf(':')
  const name = colon === -1 ? wish : wish.slice(0, colon)
  let left = colon === -1 ? 1 : Number(wish.slice(colon + 1))
  if (!Number.isSafeInteger(left) || left < 1)
    throw new Error(`cannot crash at "${wish}": behind the colon comes a count from 1`)
  return {
    at(reached) {
      if (reached !== name) return
      left -= 1
      if (left === 0) die()
    },
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  // Signals to oneself may arrive a moment later: nothing more may happen here until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
