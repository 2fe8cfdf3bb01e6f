import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshValues, fromBytes, LimitError, toBuffer } from '@tidemark/go-template'
import {
  checkInstallable,
  type Flavour,
  HelmError,
  loadChart,
  mergeValues,
  printRelease,
  renderChart,
} from '@tidemark/helm'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { memoryTree, SourceError } from '@tidemark/source-tree'
import { withSortedLines } from './helm-case.ts'
import type { OddChart } from './odd-charts.ts'
import { asRecord } from './read-corpus.ts'

/** What a chart gave: what was printed, or why it was refused. */
export type OddAnswer = { readonly output: string } | { readonly error: string }

/** What upstream gave: `helm` 3.22, and the Helm 4 SDK. */
export type OddAnswers = Readonly<Record<Flavour, OddAnswer>>

const FILE = join(import.meta.dirname, 'recorded/odd-charts.json')

/** What our engine gives. */
export function renderOdd(odd: OddChart, flavour: Flavour): OddAnswer {
  try {
    const { set = [], setString = [], setJson = [], kubeVersion, includeCrds = false } = odd
    const files = odd.values === undefined ? [] : [{ name: 'values', text: odd.values }]
    const values = mergeValues({ flavour, files, set, setString, setJson })
    const tree = memoryTree(Object.entries(odd.files))
    const chart = loadChart(tree, flavour)
    checkInstallable(chart)
    const rendered = renderChart(chart, {
      release: { name: 'rel', namespace: 'ns' },
      values,
      capabilities: kubeVersion === undefined ? {} : { kubeVersion },
      generated: freshValues({ random: seededRandom(1), clock: systemClock }),
    })
    return { output: toBuffer(printRelease(rendered, { includeCrds })).toString() }
  } catch (error) {
    const isRefusal =
      error instanceof HelmError || error instanceof LimitError || error instanceof SourceError
    if (!isRefusal) throw error
    return { error: fromBytes(error.message).trim() }
  }
}

/** Equal, where lines of a refusal stand in any order. */
export function sameAnswer(left: OddAnswer, right: OddAnswer): boolean {
  return JSON.stringify(inOrder(left)) === JSON.stringify(inOrder(right))
}

export function inOrder(answer: OddAnswer): OddAnswer {
  return 'error' in answer ? { error: withSortedLines(answer.error) } : answer
}

export function writeOddAnswers(answers: ReadonlyMap<string, OddAnswers>): void {
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(answers), undefined, 2)}\n`)
}

export function readOddAnswers(): ReadonlyMap<string, OddAnswers> {
  const known = asRecord(JSON.parse(readFileSync(FILE, 'utf8')))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `writeOddAnswers` wrote it.
  return new Map(Object.entries(known) as [string, OddAnswers][])
}
