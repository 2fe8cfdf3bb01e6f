// Charts against Helm: `npm run bench -- helm [--json]`. Needs the `helm` program (3.22; on the PATH, or named by HELM) and the
// corpus. Each warm render of ours is followed by one process of theirs; the median of the ratios counts. Where Go is at hand,
// the program in `go` tells what Helm's engine costs without the start of a process.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { spreadOf } from '../spread.ts'
import { prepare, type Subject, subjects } from './charts.ts'
import { GoProgram } from './in-process.ts'

const ROUNDS = 7
const WARM_UPS = 5 // Ours runs in a process that lives long; theirs starts each time.
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024
const MEMORY_MIB_MAX = 128 // What a hostile input may take (bench/hostile); a good one must not need more.

interface Row {
  readonly id: string
  readonly kib: number
  /** Medians, ms. */
  readonly ours: number
  readonly process: number
  /** The median of the rounds: ours by theirs. */
  readonly ratio: number
  /** Helm's engine in a process that lives long, median, ms. */
  readonly goInProcess: number | undefined
  /** Most that one render held above what its process held before. */
  readonly memoryMib: number
  readonly steps: number
}

const helm = process.env['HELM'] ?? 'helm'
const version = spawnSync(helm, ['version', '--short'], { encoding: 'utf8' })
if (version.status !== 0) throw new Error(`there is no "${helm}"; name it by HELM`)
if (!version.stdout.startsWith('v3.22.'))
  throw new Error(`"${helm}" is ${version.stdout.trim()}; name a 3.22 by HELM`)
using go = new GoProgram()
const rows = subjects().map(compare)
if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
else print()
process.exitCode = rows.every(isGood) ? 0 : 1

function compare(subject: Subject): Row {
  const render = prepare(subject)
  for (let at = 0; at < WARM_UPS; at += 1) render()
  const { bytes, steps } = render()
  const rounds = Array.from({ length: ROUNDS }, () => {
    const ours = milliseconds(render)
    const theirs = milliseconds(() => template(subject))
    return { ours, theirs, ratio: ours / theirs }
  })
  return {
    id: subject.id,
    kib: bytes / 1024,
    ours: spreadOf(rounds.map(({ ours }) => ours)).median,
    process: spreadOf(rounds.map(({ theirs }) => theirs)).median,
    ratio: spreadOf(rounds.map(({ ratio }) => ratio)).median,
    goInProcess: go.milliseconds(subject.folder, [WARM_UPS, ROUNDS]),
    memoryMib: memoryMib(subject),
    steps,
  }
}

function template({ folder }: Subject): void {
  const args = ['template', 'r', folder, '--kube-version', '1.33', '--include-crds']
  const { status, stderr } = spawnSync(helm, args, { maxBuffer: OUTPUT_BYTES_MAX })
  if (status !== 0) throw new Error(`helm cannot render ${folder}: ${stderr.toString()}`)
}

function memoryMib({ id }: Subject): number {
  const script = join(import.meta.dirname, 'memory.ts')
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc']
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, script, id], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`cannot measure ${id}: ${stderr}`)
  return Number(stdout)
}

function isGood({ ratio, memoryMib: held }: Row): boolean {
  return ratio < 1 && held <= MEMORY_MIB_MAX
}

function print(): void {
  console.log(
    'chart                          KiB   ours ms   helm ms   ratio   Go inside   to Go   MiB held     steps',
  )
  for (const row of rows)
    console.log(
      [
        row.id.padEnd(26),
        row.kib.toFixed(0).padStart(8),
        row.ours.toFixed(1).padStart(10),
        row.process.toFixed(1).padStart(10),
        `${row.ratio.toFixed(2)}x`.padStart(8),
        (row.goInProcess?.toFixed(1) ?? '-').padStart(12),
        (row.goInProcess === undefined
          ? '-'
          : `${(row.ours / row.goInProcess).toFixed(1)}x`
        ).padStart(8),
        row.memoryMib.toFixed(1).padStart(11),
        String(row.steps).padStart(10),
      ].join(''),
    )
}

function milliseconds(step: () => unknown): number {
  const before = process.hrtime.bigint()
  step()
  return Number(process.hrtime.bigint() - before) / 1e6
}
