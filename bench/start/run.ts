// How long the command line takes to be there: `npm run bench -- start [--json]`. Help, a first start on an empty
// data directory until all is released and ready, and a second one on what the first left.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CLI } from '../plane.ts'
import { spreadOf, spreadText, type Spread } from '../spread.ts'

const ROUNDS = 7
const AIMS = { help: 150, second: 3_000 } as const // Milliseconds. The first start has no aim of its own.

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: String(ROUNDS) },
  },
})

interface Round {
  /** Node itself, with an empty program: what no command line can be faster than. */
  readonly node: number
  readonly help: number
  readonly first: number
  readonly second: number
}

process.exitCode = await run()

async function run(): Promise<number> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not built: npm run build`)
  await timed([CLI, '--help']) // The first run fills the compile cache, as it does once after an installation.
  const rounds: Round[] = []
  for (let at = 0; at < Number(flags.rounds); at += 1) rounds.push(await round())
  const of = (value: (round: Round) => number): Spread => spreadOf(rounds.map(value))
  const node = of((each) => each.node)
  const help = of((each) => each.help)
  const first = of((each) => each.first)
  const second = of((each) => each.second)
  if (flags.json)
    console.log(JSON.stringify({ bench: 'start', node, help, first, second, aims: AIMS }))
  else {
    console.log(`node, an empty program          ${spreadText(node, 0)} ms`)
    console.log(`tidemark --help                 ${spreadText(help, 0)} ms, aim ${AIMS.help} ms`)
    console.log(`first start until all is ready  ${spreadText(first, 0)} ms`)
    console.log(
      `second start until all is ready ${spreadText(second, 0)} ms, aim ${AIMS.second} ms`,
    )
  }
  return help.median <= AIMS.help && second.median <= AIMS.second ? 0 : 1
}

async function round(): Promise<Round> {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-start-'))
  try {
    const up = [CLI, 'up', '--exit-when-ready', '--port', '0', '--data-dir', join(dir, 'data')]
    return {
      node: await timed(['--eval', '0']),
      help: await timed([CLI, '--help']),
      first: await timed(up),
      second: await timed(up),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Milliseconds until the process has ended; throws where it failed. */
async function timed(args: readonly string[]): Promise<number> {
  const begun = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(code)}: ${said}`)
  return performance.now() - begun
}
