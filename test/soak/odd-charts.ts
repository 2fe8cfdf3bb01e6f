// Small charts with something odd about them: `npm run soak -- odd-charts [--record]`.
// Renders them with `helm` (3.22; on the PATH, or named by HELM), with the Helm 4 SDK (which needs Go) and with both flavours of
// ours. `--record` writes what upstream gave to the file that `odd-charts.test.ts` of test/conformance compares with.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { ODD_CHARTS, type OddChart } from '../conformance/odd-charts.ts'
import {
  type OddAnswer,
  type OddAnswers,
  renderOdd,
  sameAnswer,
  writeOddAnswers,
} from '../conformance/odd-answers.ts'
import type { SdkAnswer } from '../conformance/helm4-expectations.ts'

const { values: flags } = parseArgs({ options: { record: { type: 'boolean', default: false } } })
const helm = process.env['HELM'] ?? 'helm'
process.exitCode = check()

function check(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-odd-'))
  try {
    const oracle = join(folder, 'oracle')
    const source = join(import.meta.dirname, '../conformance/oracle-helm4')
    const built = spawnSync('go', ['build', '-o', oracle, '.'], { cwd: source, stdio: 'inherit' })
    if (built.error !== undefined || spawnSync(helm, ['version']).status !== 0) {
      console.log('skipped: Go or helm is not on this machine')
      return 0
    }
    if (built.status !== 0) return 1
    return compareAll(folder, oracle)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compareAll(folder: string, oracle: string): number {
  const answers = new Map<string, OddAnswers>()
  let different = 0
  for (const [index, odd] of ODD_CHARTS.entries()) {
    const chart = join(folder, String(index))
    for (const [path, text] of Object.entries(odd.files)) {
      mkdirSync(dirname(join(chart, path)), { recursive: true })
      writeFileSync(join(chart, path), text)
    }
    const valuesFile = join(folder, `${index}.yaml`)
    if (odd.values !== undefined) writeFileSync(valuesFile, odd.values)
    const asked = { odd, chart, valuesFile }
    const theirs = { helm3: template(asked), helm4: withSdk(asked, oracle) }
    answers.set(odd.name, theirs)
    for (const flavour of ['helm3', 'helm4'] as const) {
      const ours = renderOdd(odd, flavour)
      if (sameAnswer(ours, theirs[flavour])) continue
      different += 1
      console.log(
        `${flavour}: ${odd.name}\n  theirs ${JSON.stringify(theirs[flavour])}\n  ours   ${JSON.stringify(ours)}`,
      )
    }
  }
  if (flags.record) writeOddAnswers(answers)
  console.log(`${ODD_CHARTS.length} charts, ${different} differences`)
  return different === 0 ? 0 : 1
}

interface Asked {
  readonly odd: OddChart
  readonly chart: string
  readonly valuesFile: string
}

function template({ odd, chart, valuesFile }: Asked): OddAnswer {
  const { set = [], setString = [], setJson = [], kubeVersion, includeCrds = false } = odd
  const { status, stdout, stderr } = spawnSync(
    helm,
    [
      'template',
      'rel',
      chart,
      '--namespace',
      'ns',
      ...(odd.values === undefined ? [] : ['-f', valuesFile]),
      ...set.flatMap((line) => ['--set', line]),
      ...setString.flatMap((line) => ['--set-string', line]),
      ...setJson.flatMap((line) => ['--set-json', line]),
      ...(kubeVersion === undefined ? [] : ['--kube-version', kubeVersion]),
      ...(includeCrds ? ['--include-crds'] : []),
    ],
    { encoding: 'utf8' },
  )
  if (status === 0) return { output: stdout }
  const error = stderr.slice(stderr.indexOf('Error: ') + 'Error: '.length)
  return { error: told(error.replace(/\n+Use --debug flag.*\n$/u, ''), { chart, valuesFile }) }
}

function withSdk({ odd, chart, valuesFile }: Asked, oracle: string): OddAnswer {
  const asked = { ...odd, chart, release: 'rel', namespace: 'ns' }
  const valuesFiles = odd.values === undefined ? [] : [valuesFile]
  const { stdout } = spawnSync(oracle, {
    input: `${JSON.stringify({ ...asked, valuesFiles })}\n`,
    encoding: 'utf8',
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The oracle beside it wrote it.
  const { output = '', error } = JSON.parse(stdout.split('\n')[1] ?? '{}') as SdkAnswer
  if (error !== undefined) return { error: told(error, { chart, valuesFile }) }
  return { output: Buffer.from(output, 'base64').toString() }
}

/** Paths of this machine do not count. */
function told(error: string, { chart, valuesFile }: Omit<Asked, 'odd'>): string {
  return error.replaceAll(valuesFile, 'values').replaceAll(chart, 'chart').trim()
}
