// The soak of templates: `npm run soak -- templates [--count N] [--seed N]`.
// Renders random templates with our engine and with Helm's, and tells where they differ. It needs Go.
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Readable, type Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import {
  freshValues,
  type GeneratedValues,
  fromBytes,
  LimitError,
  TemplateError,
  toBuffer,
  toBytes,
} from '@tidemark/go-template'
import { HelmError, loadChartFiles, mergeValues, renderFiles } from '@tidemark/helm'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { type GeneratedCase, TemplateGenerator } from '../conformance/oracle/generate-template.ts'

interface Answer {
  readonly output?: string
  readonly error?: string
  readonly unstable?: boolean
  /** The limit of ours that stopped a render. */
  readonly limit?: string
}

const ADDRESS = /0x[0-9a-f]{7,}/g
const BATCH = 500
const CONTEXT = 200
const CHART = toBytes('apiVersion: v2\nname: c\nversion: 1.0.0\n')

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '20' },
  },
})
/** Templates that may differ, for a reason that `libs/helm/README.md` gives. */
const EXPLAINED = [
  {
    reason: 'order and time stamps of structs',
    pattern: /toYamlPretty.*(?:toDate|Capabilities|\.\W)/s,
  },
  {
    reason: 'inner fields of a time or version',
    pattern: /printf.*%[!bcdeEgGoOtTU].*(?:toDate|semver)/s,
  },
]
const counts = {
  equal: 0,
  explained: 0,
  drawn: 0,
  limits: 0,
  unstable: 0,
  panics: 0,
  messages: 0,
  different: 0,
}
/** Counts what the render drew: time and random values differ by themselves. */
let drawn = 0
const fresh = freshValues({ random: seededRandom(1), clock: systemClock })
const generated: GeneratedValues = {
  remember: (call, generate) => {
    drawn += 1
    return fresh.remember(call, generate)
  },
}

process.exitCode = await soak()

async function soak(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-oracle-'))
  try {
    const built = spawnSync('go', ['build', '-o', join(folder, 'oracle'), '.'], {
      cwd: join(import.meta.dirname, '../conformance/oracle'),
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
    const generator = new TemplateGenerator(seededRandom(Number(flags.seed)))
    for (let done = 0; done < Number(flags.count); done += BATCH) {
      const cases = Array.from({ length: BATCH }, () => generator.next())
      const asked = rendered(cases)
      oracle.stdin.write(asked.map(({ given }) => `${JSON.stringify(given)}\n`).join(''))
      for (const each of asked) compare(each, await answerOf(answers))
    }
  } finally {
    oracle.stdin.end()
  }
}

interface Rendered {
  readonly given: GeneratedCase
  readonly ours: Answer
  readonly drew: boolean
}

/** What our limits refuse could take all memory and time of the real engine. */
function rendered(cases: readonly GeneratedCase[]): readonly Rendered[] {
  const all = cases.map((given) => ({ given, ours: render(given), drew: drawn > 0 }))
  const harmless = all.filter(({ ours }) => ours.limit === undefined)
  counts.limits += all.length - harmless.length
  return harmless
}

async function answerOf(answers: AsyncGenerator<Answer, undefined>): Promise<Answer> {
  const { value } = await answers.next()
  if (value === undefined) throw new Error('the oracle ended')
  return value
}

async function* answersOf({
  stdout,
}: ChildProcessByStdio<Writable, Readable, null>): AsyncGenerator<Answer, undefined> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The oracle beside this file wrote it.
  for await (const line of createInterface({ input: stdout })) yield JSON.parse(line) as Answer
  return undefined
}

function render({ template, values }: GeneratedCase): Answer {
  drawn = 0
  try {
    const chart = loadChartFiles([
      { name: 'Chart.yaml', data: CHART },
      { name: 'templates/t', data: toBytes(template) },
    ])
    const outputs = renderFiles(chart, {
      release: { name: 'rel', namespace: 'ns' },
      values: mergeValues({ files: [{ name: 'values.json', text: JSON.stringify(values) }] }),
      generated,
    })
    return { output: toBuffer(outputs.get('c/templates/t') ?? '').toString('base64') }
  } catch (error) {
    if (error instanceof LimitError) return { limit: error.message }
    if (error instanceof TemplateError || error instanceof HelmError)
      return { error: fromBytes(error.message) }
    return { error: `CRASH ${error instanceof Error ? String(error.stack) : String(error)}` }
  }
}

function compare({ given: asked, ours, drew }: Rendered, theirs: Answer): void {
  if (theirs.unstable === true) counts.unstable += 1
  else if (theirs.error?.startsWith('panic: ') === true) counts.panics += 1
  else if (isSame(ours, theirs)) counts.equal += 1
  else if (drew) counts.drawn += 1
  else if (EXPLAINED.some(({ pattern }) => pattern.test(asked.template))) counts.explained += 1
  else {
    const isMessage = ours.error !== undefined && theirs.error !== undefined
    counts[isMessage ? 'messages' : 'different'] += 1
    if (counts.messages + counts.different <= Number(flags.show)) show(asked, ours, theirs)
  }
}

/** Addresses are never the same. */
function isSame(ours: Answer, theirs: Answer): boolean {
  return textOf(ours).replaceAll(ADDRESS, '0x') === textOf(theirs).replaceAll(ADDRESS, '0x')
}

function show({ template, values }: GeneratedCase, ours: Answer, theirs: Answer): void {
  const [left, right] = [textOf(ours), textOf(theirs)]
  let at = 0
  while (at < left.length && left[at] === right[at]) at += 1
  const start = Math.max(at - CONTEXT, 0)
  console.log(`--- ${JSON.stringify(template)}\n    ${JSON.stringify(values)}`)
  console.log(`    ours:   ${left.slice(start, at + CONTEXT)}`)
  console.log(`    theirs: ${right.slice(start, at + CONTEXT)}`)
}

function textOf({ output, error }: Answer): string {
  return error ?? JSON.stringify(Buffer.from(output ?? '', 'base64').toString())
}
