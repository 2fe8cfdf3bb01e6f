// npm run soak -- kustomizations [--count 20000] [--seed 1] [--show 20]
// Builds random trees with our engine and with kustomize's, and shows where they differ. It needs Go.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '@tidemark/kernel/testing'
import { buildKustomization, KustomizeError, ParseCache } from '@tidemark/kustomize'
import { memoryTree } from '@tidemark/source-tree'
import { type GeneratedTree, generateTree } from './kustomize-oracle/generate-kustomization.ts'

/** What a build gave. */
interface Answer {
  readonly output?: string
  readonly error?: string
}

const ORACLE = join(import.meta.dirname, 'kustomize-oracle')
const BATCH = 500
const ANSWER_BYTES_MAX = 512 * 1024 * 1024
const CONTEXT = 200

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '20' },
  },
})
process.exitCode = soak(Number(flags.count), Number(flags.seed))

function soak(count: number, seed: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-soak-'))
  try {
    const program = join(folder, 'oracle')
    const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: ORACLE, stdio: 'inherit' })
    if (built.status !== 0) {
      say('kustomize cannot be built on this machine, so there is nothing to compare with')
      return 2
    }
    const tally = { outputs: 0, refusals: 0, deaths: 0, different: 0 }
    for (let done = 0; done < count; done += BATCH) {
      const size = Math.min(BATCH, count - done)
      // Each tree by its own number, so that one can be built again alone.
      const trees = Array.from({ length: size }, (_, at) =>
        generateTree(seededRandom(seed * 1_000_003 + done + at)),
      )
      compareAll(program, trees, tally)
    }
    const { outputs, refusals, deaths, different } = tally
    say(
      `seed ${seed}: ${outputs} equal outputs, ${refusals} refused by both, ${deaths} of which theirs died, ${different} different`,
    )
    return different === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compareAll(
  program: string,
  trees: readonly GeneratedTree[],
  tally: { outputs: number; refusals: number; deaths: number; different: number },
): void {
  const answers = ask(program, trees)
  // What one build leaves for the next must not show.
  const cache = new ParseCache()
  for (const [at, tree] of trees.entries()) {
    const ours = build(tree, cache)
    let theirs = answers[at] ?? {}
    // One run of theirs leaves rules behind for the next: what counts is a process of its own.
    if (!isSame(ours, theirs)) theirs = ask(program, [tree])[0] ?? {}
    // What ends their process says nothing about ours.
    if (theirs.error?.startsWith('PANIC: ') === true) tally.deaths += 1
    else if (!isSame(ours, theirs)) {
      if (tally.different < Number(flags.show)) show(tree, ours, theirs)
      tally.different += 1
    } else if (ours.error === undefined) tally.outputs += 1
    else tally.refusals += 1
  }
}

function isSame(ours: Answer, theirs: Answer): boolean {
  if (ours.error !== undefined) return theirs.error !== undefined
  return theirs.error === undefined && ours.output === (theirs.output ?? '')
}

function ask(program: string, trees: readonly GeneratedTree[]): readonly Answer[] {
  const input = trees.map((tree) => `${JSON.stringify(tree)}\n`).join('')
  const { stdout } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: ANSWER_BYTES_MAX })
  const lines = stdout.trimEnd().split('\n')
  if (lines.length !== trees.length) throw new Error('the oracle ended early')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The oracle beside this file wrote it.
  return lines.map((line) => JSON.parse(line) as Answer)
}

function build({ files, path }: GeneratedTree, cache: ParseCache): Answer {
  try {
    return {
      output: buildKustomization({ tree: memoryTree(Object.entries(files)), path, cache }).yaml,
    }
  } catch (error) {
    if (error instanceof KustomizeError) return { error: error.upstream }
    throw error
  }
}

function show({ files }: GeneratedTree, ours: Answer, theirs: Answer): void {
  const [left, right] = [textOf(ours), textOf(theirs)]
  let at = 0
  while (at < left.length && left[at] === right[at]) at += 1
  const start = Math.max(at - CONTEXT, 0)
  say('---')
  for (const [path, text] of Object.entries(files))
    if (!/settings|note/u.test(path)) say(`    ${path}: ${text.replaceAll(/\n */gu, ' ')}`)
  say(`    ours:   ${left.slice(start, at + CONTEXT)}`)
  say(`    theirs: ${right.slice(start, at + CONTEXT)}`)
}

function textOf({ output, error }: Answer): string {
  return error === undefined ? (output ?? '') : `refused: ${error}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
