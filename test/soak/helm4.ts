// The flavour `helm4` against the SDK itself: `npm run soak -- helm4 --corpus DIR [--charts DIR] [--record]`.
// Renders every case of a corpus (and each chart below `--charts` with its defaults) with the Helm 4 SDK and with ours. It
// needs Go. `--record` writes what the SDK gave to the file that the suite `helm4` of `npm run conformance` compares with.
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import {
  CaseRenderer,
  type HelmCase,
  helmCases,
  maskLines,
  withSortedLines,
} from '../conformance/helm-case.ts'
import {
  expectationOf,
  type Expectation,
  type SdkAnswer,
  writeExpectations,
} from '../conformance/helm4-expectations.ts'
import type { Attempt } from '../conformance/suite.ts'

const CONTEXT = 160

const { values: flags } = parseArgs({
  options: {
    corpus: { type: 'string' },
    charts: { type: 'string' },
    case: { type: 'string', default: '' },
    record: { type: 'boolean', default: false },
    show: { type: 'string', default: '20' },
  },
})
const counts = { equal: 0, refused: 0, messages: 0, different: 0 }

process.exitCode = await check()

async function check(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-oracle-'))
  try {
    const built = spawnSync('go', ['build', '-o', join(folder, 'oracle'), '.'], {
      cwd: join(import.meta.dirname, '../conformance/oracle-helm4'),
      stdio: 'inherit',
    })
    if (built.error !== undefined) {
      console.log('skipped: Go is not on this machine')
      return 0
    }
    if (built.status !== 0) return 1
    await compareAll(join(folder, 'oracle'))
  } finally {
    rmSync(folder, { recursive: true })
  }
  console.log(JSON.stringify(counts))
  return counts.different + counts.messages === 0 ? 0 : 1
}

async function compareAll(path: string): Promise<void> {
  const oracle = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const answers = answersOf(oracle)
    const { sdk = '' } = await answerOf(answers)
    const renderer = new CaseRenderer('helm4')
    const recorded = new Map<string, Expectation>()
    for (const given of cases()) {
      oracle.stdin.write(`${JSON.stringify(given)}\n`)
      const theirs = await answerOf(answers)
      recorded.set(given.id, expectationOf(theirs))
      compare(given.id, renderer.attempt(given, 1), theirs)
    }
    if (flags.record) writeExpectations(sdk, recorded)
    console.log(`${recorded.size} cases, ${sdk}`)
  } finally {
    oracle.stdin.end()
  }
}

function* cases(): Generator<HelmCase> {
  if (flags.corpus !== undefined)
    for (const given of helmCases(join(resolve(flags.corpus), 'helm')))
      if (given.id.includes(flags.case)) yield given
  if (flags.charts === undefined) return
  for (const name of readdirSync(flags.charts).toSorted())
    yield defaultsOf(join(resolve(flags.charts), name))
}

function defaultsOf(chart: string): HelmCase {
  return {
    id: `${basename(chart)}__defaults`,
    folder: chart,
    chart,
    release: 'rel',
    namespace: 'ns',
    kubeVersion: '',
    apiVersions: [],
    includeCrds: true,
    isUpgrade: false,
    valuesFiles: [],
    set: [],
    setString: [],
    setJson: [],
    record: {},
  }
}

async function answerOf(answers: AsyncGenerator<SdkAnswer, undefined>): Promise<SdkAnswer> {
  const { value } = await answers.next()
  if (value === undefined) throw new Error('the oracle ended')
  return value
}

async function* answersOf({
  stdout,
}: ChildProcessByStdio<Writable, Readable, null>): AsyncGenerator<SdkAnswer, undefined> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The oracle beside this file wrote it.
  for await (const line of createInterface({ input: stdout })) yield JSON.parse(line) as SdkAnswer
  return undefined
}

function compare(id: string, ours: Attempt, theirs: SdkAnswer): void {
  const masked = new Set(theirs.maskLines)
  const expected =
    theirs.error === undefined
      ? maskLines(Buffer.from(theirs.output ?? '', 'base64').toString('latin1'), masked)
      : withSortedLines(theirs.error)
  const actual =
    ours.kind === 'done' ? maskLines(ours.value, masked) : withSortedLines(ours.message)
  const isSameKind = (theirs.error === undefined) === (ours.kind === 'done')
  if (isSameKind && expected === actual) counts[ours.kind === 'done' ? 'equal' : 'refused'] += 1
  else {
    counts[isSameKind && theirs.error !== undefined ? 'messages' : 'different'] += 1
    if (counts.messages + counts.different <= Number(flags.show)) show(id, expected, actual)
  }
}

function show(id: string, expected: string, actual: string): void {
  let at = 0
  while (at < expected.length && expected[at] === actual[at]) at += 1
  const from = Math.max(0, at - CONTEXT / 2)
  console.log(`${id}: differs at ${at}
  SDK:  ${JSON.stringify(expected.slice(from, at + CONTEXT))}
  ours: ${JSON.stringify(actual.slice(from, at + CONTEXT))}`)
}
