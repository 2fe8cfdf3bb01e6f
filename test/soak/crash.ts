// npm run soak -- crash --count 1000 --seed 1: kills the embedded form at seeded places, and verifies.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CrashRig, seededWishes, type Outcome } from '../rig/plane/crash-rig.ts'

const VERIFY_EVERY = 10 // Kills in a row, each in the recovery from the one before.

interface Progress {
  readonly seed: number
  readonly done: number
  readonly outcomes: Readonly<Record<Outcome, number>>
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** Where to keep how far it has come, to go on from there. */
    state: { type: 'string' },
  },
})
process.exitCode = await soak({
  count: Number(values.count),
  seed: Number(values.seed),
  state: values.state,
})

/** Runs the kills that are left, a batch at a time; gives the exit code. */
async function soak(options: {
  readonly count: number
  readonly seed: number
  readonly state: string | undefined
}): Promise<number> {
  const { count, seed, state } = options
  let progress = readProgress(state, seed)
  if (progress.done > 0) say(`going on behind ${progress.done} kills`)
  const began = performance.now()
  const before = progress.done
  while (progress.done < count) {
    const size = Math.min(VERIFY_EVERY, count - progress.done)
    const batch = await runBatch({ seed, first: progress.done, size })
    if (batch.problems.length > 0) {
      say(`seed ${seed}, kills ${progress.done + 1} to ${progress.done + size}: ${batch.wishes}`)
      for (const problem of batch.problems) say(`  ${problem}`)
      say(batch.log)
      return 1
    }
    progress = {
      seed,
      done: progress.done + size,
      outcomes: add(progress.outcomes, batch.outcomes),
    }
    if (state !== undefined) writeFileSync(state, `${JSON.stringify(progress)}\n`)
    const seconds = (performance.now() - began) / 1000 / (progress.done - before)
    say(
      `${progress.done}/${count} kills, ${seconds.toFixed(1)} s each, nothing wrong: ${JSON.stringify(progress.outcomes)}`,
    )
  }
  return 0
}

interface Batch {
  readonly wishes: string
  readonly outcomes: readonly Outcome[]
  readonly problems: readonly string[]
  readonly log: string
}

/** A plane of its own, killed `size` times, then verified. The same seed and place give the same wishes. */
async function runBatch({
  seed,
  first,
  size,
}: {
  readonly seed: number
  readonly first: number
  readonly size: number
}): Promise<Batch> {
  await using rig = await CrashRig.open()
  const wishes = seededWishes(seed * 1_000_003 + first, size)
  const text = wishes.map(({ point, count }) => `${point}:${count}`).join(' ')
  const outcomes: Outcome[] = []
  try {
    for (const wish of wishes) outcomes.push(await rig.crash(wish))
    const problems = await rig.verify()
    return { wishes: text, outcomes, problems, log: rig.log().slice(-8_000) }
  } catch (error) {
    return { wishes: text, outcomes, problems: [String(error)], log: rig.log().slice(-8_000) }
  }
}

function add(totals: Progress['outcomes'], outcomes: readonly Outcome[]): Progress['outcomes'] {
  const sum = { ...totals }
  for (const outcome of outcomes) sum[outcome] += 1
  return sum
}

function readProgress(state: string | undefined, seed: number): Progress {
  const none: Progress['outcomes'] = { 'killed-at-start': 0, 'killed-in-push': 0, 'not-reached': 0 }
  if (state === undefined || !existsSync(state)) return { seed, done: 0, outcomes: none }
  const known: Progress = JSON.parse(readFileSync(state, 'utf8'))
  return known.seed === seed ? known : { seed, done: 0, outcomes: none }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
