// npm run soak -- crash --form platform --count 100 --seed 1: kills services of the platform form, and verifies.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { planOf, PlatformCrashRig } from '../rig/plane/platform-crash-rig.ts'
import { SERVICES } from '../rig/plane/platform.ts'

const EACH = 3 // Deaths of each service between two verifications.
const OFTEN = 3 // At the how manieth time that a place is reached, at most.
const ROUNDS_MAX = 20 // On one plane: then everything begins from nothing again.

interface Progress {
  readonly seed: number
  readonly rounds: number
  /** Deaths where they were wished for. */
  readonly done: number
  /** Kills wherever the service was, because it did not get there. */
  readonly missed: number
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    form: { type: 'string', default: 'platform' },
    /** Where to keep how far it has come, to go on from there. */
    state: { type: 'string' },
  },
})
process.exitCode = await soak(Number(values.count), Number(values.seed), values.state)

/** Kills until there were `count` deaths where they were wished for; gives the exit code. */
async function soak(count: number, seed: number, state: string | undefined): Promise<number> {
  let progress = readProgress(state, seed)
  if (progress.done > 0) say(`going on behind ${progress.done} kills`)
  const began = performance.now()
  const before = progress.done
  while (progress.done < count) {
    await using rig = await PlatformCrashRig.open()
    for (let at = 0; at < ROUNDS_MAX && progress.done < count; at += 1) {
      const plan = planOf(seed * 1_000_003 + progress.rounds, EACH, OFTEN)
      const { reached, missed } = await rig.crash(plan)
      const problems = await rig.verify().catch((error: unknown) => [String(error)])
      if (problems.length > 0) {
        say(`seed ${seed}, round ${progress.rounds}: ${JSON.stringify(plan)}`)
        say([...problems, rig.log()].join('\n  '))
        return 1
      }
      progress = {
        seed,
        rounds: progress.rounds + 1,
        done: progress.done + reached.length,
        missed: progress.missed + missed.length,
      }
      if (state !== undefined) writeFileSync(state, `${JSON.stringify(progress)}\n`)
      const seconds = (performance.now() - began) / 1000 / Math.max(progress.done - before, 1)
      const missing = missed.length === 0 ? '' : `; not reached: ${missed.join(' ')}`
      say(
        `${progress.done}/${count} kills of ${SERVICES.length} services, ${seconds.toFixed(1)} s each, nothing wrong${missing}`,
      )
    }
  }
  return 0
}

function readProgress(state: string | undefined, seed: number): Progress {
  const none = { seed, rounds: 0, done: 0, missed: 0 }
  if (state === undefined || !existsSync(state)) return none
  const known: Progress = JSON.parse(readFileSync(state, 'utf8'))
  return known.seed === seed ? known : none
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
