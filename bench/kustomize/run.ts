// Kustomize against ours: `npm run bench -- kustomize [--json]`. Needs the `kustomize` program (5.8; on the PATH, or named by
// KUSTOMIZE) and the corpus. Each round of ours is followed by one of theirs; the median counts.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { spreadOf } from '../spread.ts'
import { type Change, lineOf, standsOnBase } from './change.ts'
import { goMilliseconds } from './in-process.ts'
import { build, type Overlay, readFiles, realOverlays } from './overlays.ts'

const ROUNDS = 7
const WARM_UPS = 3 // Ours runs in a process that lives long; theirs starts each time.
const LARGEST = 5
const FLOOR_LARGEST = 3
const FLOOR_REBUILD = 10
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024

interface Row {
  readonly id: string
  readonly kib: number
  /** Medians, ms. */
  readonly ours: number
  readonly process: number
  readonly goInProcess: number | undefined
}

interface Rebuild {
  readonly id: string
  readonly change: Change
  /** Whether the floor holds for it: a usual change of an overlay that stands on a base. */
  readonly isHeld: boolean
  /** Medians of processor time in a fresh process, ms. */
  readonly first: number
  readonly second: number
}

const kustomize = process.env['KUSTOMIZE'] ?? 'kustomize'
const version = spawnSync(kustomize, ['version'], { encoding: 'utf8' })
if (version.status !== 0) throw new Error(`there is no "${kustomize}"; name it by KUSTOMIZE`)
const overlays = realOverlays()
const go = goMilliseconds(overlays)
const rows = overlays.map(compare)
const bySize = overlays.toSorted((left, right) => right.outputBytes - left.outputBytes)
const largest = bySize.slice(0, LARGEST)
const stacked = bySize
  .filter((overlay) => standsOnBase(overlay, readFiles(overlay.input)))
  .slice(0, LARGEST)
const flat = largest.filter((overlay) => !stacked.includes(overlay))
const rebuilds = [...stacked, ...flat].flatMap((overlay) => [
  rebuild(overlay, 'usual'),
  rebuild(overlay, 'worst'),
])
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows, rebuilds }))
else print()
process.exitCode = isGood() ? 0 : 1

function compare(overlay: Overlay): Row {
  const step = (): unknown => build(overlay, readFiles(overlay.input)).yaml
  for (let at = 0; at < WARM_UPS; at += 1) step()
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: milliseconds(step),
    theirs: milliseconds(() => runKustomize(overlay)),
  }))
  return {
    id: overlay.id,
    kib: overlay.outputBytes / 1024,
    ours: spreadOf(rounds.map(({ ours }) => ours)).median,
    process: spreadOf(rounds.map(({ theirs }) => theirs)).median,
    goInProcess: go.get(overlay.id),
  }
}

function runKustomize({ id, input, path, loadRestriction }: Overlay): void {
  const restrictor =
    loadRestriction === 'none' ? 'LoadRestrictionsNone' : 'LoadRestrictionsRootOnly'
  const { status, stderr } = spawnSync(
    kustomize,
    ['build', join(input, path), '--load-restrictor', restrictor],
    { encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX },
  )
  if (status !== 0) throw new Error(`kustomize cannot build ${id}: ${stderr}`)
}

function rebuild(overlay: Overlay, change: Change): Rebuild {
  const { id } = overlay
  const line = lineOf(change, overlay, readFiles(overlay.input))
  const script = join(import.meta.dirname, 'rebuild.ts')
  const options = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  const rounds = Array.from({ length: ROUNDS }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [...options, script, id, line], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`cannot build ${id} again: ${stderr}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What rebuild.ts prints.
    return JSON.parse(stdout) as Pick<Rebuild, 'first' | 'second'>
  })
  return {
    id,
    change,
    isHeld: change === 'usual' && stacked.includes(overlay),
    first: spreadOf(rounds.map(({ first }) => first)).median,
    second: spreadOf(rounds.map(({ second }) => second)).median,
  }
}

function isLargest({ id }: Row): boolean {
  return largest.some((overlay) => overlay.id === id)
}

function isGood(): boolean {
  return (
    rows.every((row) => row.process / row.ours > (isLargest(row) ? FLOOR_LARGEST : 1)) &&
    rebuilds.every(({ isHeld, first, second }) => !isHeld || first / second >= FLOOR_REBUILD)
  )
}

function print(): void {
  console.log(
    'overlay                                    KiB   ours ms   kustomize   ratio   Go inside',
  )
  for (const row of rows.toSorted((left, right) => right.kib - left.kib))
    console.log(
      [
        row.id.padEnd(38),
        row.kib.toFixed(0).padStart(8),
        row.ours.toFixed(2).padStart(10),
        row.process.toFixed(1).padStart(12),
        (row.process / row.ours).toFixed(1).padStart(8),
        row.goInProcess === undefined ? '' : (row.goInProcess / row.ours).toFixed(2).padStart(12),
      ].join(''),
    )
  console.log(
    '\nafter one line more                                              change  first ms   second ms   ratio',
  )
  for (const { id, change, isHeld, first, second } of rebuilds)
    console.log(
      `${id.padEnd(66)}${change}${first.toFixed(1).padStart(9)}${second.toFixed(1).padStart(12)}${(first / second).toFixed(1).padStart(8)}${isHeld ? '' : '   no floor'}`,
    )
}

function milliseconds(step: () => unknown): number {
  const before = process.hrtime.bigint()
  step()
  return Number(process.hrtime.bigint() - before) / 1e6
}
