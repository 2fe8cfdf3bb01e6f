// Charts against Helm: `npm run bench -- helm [--json]`. Needs the `helm` program (3.22; on the PATH, or named by HELM) and the
// corpus. Each warm render of ours is followed by one process of theirs; the median counts.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshValues, toBuffer } from '@tidemark/go-template'
import { type Chart, loadChart, mergeValues, printRelease, renderChart } from '@tidemark/helm'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { memoryTree } from '@tidemark/source-tree'

const ROUNDS = 7
const WARM_UPS = 5 // Ours runs in a process that lives long; theirs starts each time.
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024
const MIB = 1024 * 1024
/** Medians of Go in its own process, ms: `reference/rendering.md` 3, on another machine at another time. */
const CHARTS: readonly (readonly [name: string, goInProcess: number])[] = [
  ['ingress-nginx', 8.1],
  ['grafanac-grafana', 12],
  ['traefik', 22.3],
  ['cert-manager', 26.4],
  ['bitnami-redis', 44.4],
  ['pc-kube-prometheus-stack', 93],
  ['harbor', 478.9],
]

const helm = process.env['HELM'] ?? 'helm'
const corpus =
  process.env['TIDEMARK_CORPUS'] ?? join(import.meta.dirname, '../../../shared/conformance')
const folder = join(corpus, 'helm', 'charts')
if (spawnSync(helm, ['version']).status !== 0)
  throw new Error(`there is no "${helm}"; name it by HELM`)
const rows = CHARTS.filter(([name]) => existsSync(join(folder, name))).map(compare)
if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
else print()
process.exitCode = rows.every(({ ours, process: theirs }) => ours < theirs) ? 0 : 1

interface Row {
  readonly name: string
  readonly kib: number
  /** Medians, ms. */
  readonly ours: number
  readonly process: number
  readonly ratioToGo: number
  /** Heap that one render took before it was given back, at most. */
  readonly heapMib: number
}

function compare([name, goInProcess]: readonly [string, number]): Row {
  const path = join(folder, name)
  const chart = loadChart(memoryTree(filesOf(path)))
  for (let at = 0; at < WARM_UPS; at += 1) render(chart)
  const bytes = render(chart).length
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.memoryUsage().heapUsed
    const ours = milliseconds(() => render(chart))
    const heap = process.memoryUsage().heapUsed - before
    return { ours, heap, process: milliseconds(() => template(path)) }
  })
  const ours = median(rounds.map((round) => round.ours))
  return {
    name,
    kib: Math.round(bytes / 1024),
    ours,
    process: median(rounds.map((round) => round.process)),
    ratioToGo: ours / goInProcess,
    heapMib: Math.round(Math.max(...rounds.map(({ heap }) => heap)) / MIB),
  }
}

function render(chart: Chart): Buffer {
  const rendered = renderChart(chart, {
    release: { name: 'r', namespace: 'default' },
    values: mergeValues({}),
    capabilities: { kubeVersion: '1.33' },
    generated: freshValues({ random: systemRandom, clock: systemClock }),
  })
  return toBuffer(printRelease(rendered, { includeCrds: true }))
}

function template(path: string): void {
  const args = ['template', 'r', path, '--kube-version', '1.33', '--include-crds']
  const { status, stderr } = spawnSync(helm, args, { maxBuffer: OUTPUT_BYTES_MAX })
  if (status !== 0) throw new Error(stderr.toString())
}

function filesOf(path: string): [string, Uint8Array][] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [file.slice(path.length + 1), readFileSync(file)]
    })
}

function milliseconds(action: () => unknown): number {
  const start = performance.now()
  action()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print(): void {
  console.log('chart                      KiB   ours ms   helm ms   to Go   heap MiB')
  for (const { name, kib, ours, process: theirs, ratioToGo, heapMib } of rows)
    console.log(
      [
        name.padEnd(24),
        String(kib).padStart(6),
        ours.toFixed(1).padStart(9),
        theirs.toFixed(1).padStart(9),
        `${ratioToGo.toFixed(1)}x`.padStart(7),
        String(heapMib).padStart(10),
      ].join(' '),
    )
}
