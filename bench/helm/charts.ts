import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshValues, GeneratedMemory, type GeneratedValues, toBuffer } from '@tidemark/go-template'
import { type Chart, loadChart, mergeValues, printRelease, renderChart } from '@tidemark/helm'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { memoryTree } from '@tidemark/source-tree'

const SOURCES = { random: systemRandom, clock: systemClock }

/** A real chart of the corpus, and whether what it generates is drawn anew each time or was remembered. */
export interface Subject {
  readonly id: string
  readonly folder: string
  readonly generates: 'anew' | 'remembered'
}

/** Those of the table in `reference/rendering.md` 3 that the corpus has. */
const CHARTS = [
  'ingress-nginx',
  'grafanac-grafana',
  'traefik',
  'cert-manager',
  'bitnami-redis',
  'pc-kube-prometheus-stack',
  'harbor',
]
/** It draws seven RSA keys: a plane remembers them, a command line does not. */
const WITH_KEYS = 'harbor'

export function subjects(): readonly Subject[] {
  const shared = process.env['TIDEMARK_SHARED'] ?? join(import.meta.dirname, '../../../shared')
  const root = join(shared, 'conformance/helm/charts')
  if (!existsSync(root)) throw new Error(`there is no ${root}; set TIDEMARK_SHARED`)
  return CHARTS.flatMap((name): readonly Subject[] => {
    const anew = { id: name, folder: join(root, name), generates: 'anew' } as const
    if (name !== WITH_KEYS) return [anew]
    return [anew, { ...anew, id: `${name}, remembered`, generates: 'remembered' }]
  })
}

/** What one render came to. */
interface Render {
  readonly bytes: number
  readonly steps: number
}

/** The chart in memory, and how to render it: what `helm template r CHART --kube-version 1.33 --include-crds` prints. */
export function prepare({ folder, generates }: Subject): () => Render {
  const chart = loadChart(memoryTree(filesOf(folder)))
  if (generates === 'anew') return () => render(chart, freshValues(SOURCES))
  const drawn = new GeneratedMemory(SOURCES)
  render(chart, drawn)
  return () => render(chart, new GeneratedMemory(SOURCES, drawn.entries))
}

function render(chart: Chart, generated: GeneratedValues): Render {
  const rendered = renderChart(chart, {
    release: { name: 'r', namespace: 'default' },
    values: mergeValues({}),
    capabilities: { kubeVersion: '1.33' },
    generated,
  })
  const { length } = toBuffer(printRelease(rendered, { includeCrds: true }))
  return { bytes: length, steps: rendered.used.steps }
}

function filesOf(folder: string): [string, Uint8Array][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [file.slice(folder.length + 1), readFileSync(file)]
    })
}
