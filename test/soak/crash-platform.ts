// npm run soak -- crash --form platform --count 100 --seed 1: kills services of the platform form, and verifies.
import { parseArgs } from 'node:util'
import { planOf, PlatformCrashRig } from '../rig/plane/platform-crash-rig.ts'
import { SERVICES } from '../rig/plane/platform.ts'

const EACH = 3 // Deaths of each service between two verifications.
const OFTEN = 3 // At the how manieth time that a place is reached, at most.
const ROUNDS_MAX = 20 // On one plane: then everything begins from nothing again.

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    form: { type: 'string', default: 'platform' },
  },
})
process.exitCode = await soak(Number(values.count), Number(values.seed))

/** Kills until there were `count` deaths where they were wished for; gives the exit code. */
async function soak(count: number, seed: number): Promise<number> {
  const began = performance.now()
  let done = 0
  for (let round = 0; done < count;) {
    await using rig = await PlatformCrashRig.open()
    for (let at = 0; at < ROUNDS_MAX && done < count; at += 1, round += 1) {
      const plan = planOf(seed * 1_000_003 + round, EACH, OFTEN)
      const { reached, missed } = await rig.crash(plan)
      const problems = await rig.verify().catch((error: unknown) => [String(error)])
      if (problems.length > 0) {
        say(`seed ${seed}, round ${round}: ${JSON.stringify(plan)}`)
        say([...problems, rig.log()].join('\n  '))
        return 1
      }
      done += reached.length
      const seconds = (performance.now() - began) / 1000
      const missing = missed.length === 0 ? '' : `; not reached: ${missed.join(' ')}`
      say(
        `${done}/${count} kills of ${SERVICES.length} services, ${seconds.toFixed(0)} s, nothing wrong${missing}`,
      )
    }
  }
  return 0
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
