import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { FILES, MISUSED, NO_TEXT, PRINTED, REFUSED } from './rows.ts'

const ROOT = join(import.meta.dirname, '../..')
const SHARED = process.env['TIDEMARK_SHARED'] ?? join(ROOT, '../shared')
const PODINFO = join(SHARED, 'samples/charts/podinfo')
const CHARTS = join(SHARED, 'conformance/helm/charts')
const HAS_CHARTS = existsSync(PODINFO) && existsSync(CHARTS)
const BYTES_MAX = 64 * 1024 * 1024

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

type RenderHelm = (
  argv: readonly string[],
  io: { readonly out: (bytes: Uint8Array) => void; readonly err: (text: string) => void },
) => number

let temp = ''
let renderHelm: RenderHelm = () => 1

beforeAll(async () => {
  temp = mkdtempSync(join(tmpdir(), 'tidemark-helm-'))
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(temp, path)), { recursive: true })
    writeFileSync(join(temp, path), text)
  }
  writeFileSync(join(temp, 'no-text'), NO_TEXT)
  if (HAS_CHARTS)
    spawnSync('tar', ['-czf', join(temp, 'podinfo.tgz'), '-C', dirname(PODINFO), 'podinfo'])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The command line is no package that a test can depend on.
  const module = (await import(join(ROOT, 'cli/src/commands/render-helm.ts'))) as {
    readonly renderHelm: RenderHelm
  }
  ;({ renderHelm } = module)
})
afterAll(() => rmSync(temp, { recursive: true }))

const KUBE_VERSION = '1.33'

/** The words of a row, and a version of Kubernetes where it has none: that of the binary depends on how it was built. */
function argumentsOf(row: string): string[] {
  const whole = row.includes('--kube-version') ? row : `--kube-version ${KUBE_VERSION} ${row}`
  return whole
    .split(' ')
    .filter((word) => word !== '')
    .map((word) =>
      word.replaceAll('PODINFO', PODINFO).replaceAll('CHARTS', CHARTS).replaceAll('TEMP', temp),
    )
}

function ours(argv: readonly string[]): Answer {
  const written: { out: Buffer[]; err: string } = { out: [], err: '' }
  const code = renderHelm(argv, {
    out: (bytes) => written.out.push(Buffer.from(bytes)),
    err: (text) => (written.err += text),
  })
  return { code, out: Buffer.concat(written.out).toString('latin1'), err: written.err }
}

function helm(argv: readonly string[]): Answer {
  const env = { PATH: process.env['PATH'], HOME: temp, KUBECONFIG: join(temp, 'none') }
  const { status, stdout, stderr } = spawnSync(program('helm'), ['template', ...argv], {
    env,
    maxBuffer: BYTES_MAX,
  })
  return { code: status ?? -1, out: stdout.toString('latin1'), err: stderr.toString() }
}

/** The tests of podinfo have random names. */
function masked(out: string): string {
  return out.replaceAll(/-test-[a-z0-9]{5}\b/g, '-test-*')
}

function firstError({ err }: Answer): string | undefined {
  return err.split('\n').find((line) => line.startsWith('Error: '))
}

const describeCharts = HAS_CHARTS ? describe : describe.skip
const where = HAS_CHARTS ? '' : ` (skipped: no charts in ${SHARED})`

describeWith(['helm'], 'beside helm template of 3.22', () => {
  describeCharts(`the same bytes${where}`, () => {
    test.each(PRINTED)('%s', (row) => {
      const argv = argumentsOf(row)
      const [answer, expected] = [ours(argv), helm(argv)]
      expect({ ...answer, out: masked(answer.out) }).toMatchObject({
        code: 0,
        out: masked(expected.out),
      })
      expect(expected.code).toBe(0)
      expect(answer.err.includes('deprecated')).toBe(expected.err.includes('deprecated'))
    })
  })

  describeCharts(`the same refusal${where}`, () => {
    test.each(REFUSED)('%s', (row) => {
      const argv = argumentsOf(row)
      const [answer, expected] = [ours(argv), helm(argv)]
      expect(answer).toMatchObject({ code: 1, out: expected.out })
      expect(firstError(answer)).toBe(firstError(expected))
      expect(expected.code).toBe(1)
    })
  })
})

test.each(MISUSED)('wrong usage is told: %s', (row, said) => {
  const { code, out, err } = ours(argumentsOf(row))
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(said)
})

test.each([
  [
    'o TEMP/new',
    /^Error: chart requires kubeVersion: >= 1\.99 .*\nHint: .*; --kube-version says it\n$/,
  ],
  ['o TEMP/odd --set kind=broken', /^Error: .*odd\/templates\/a\.yaml.*\nHint: .*; --debug shows/],
  [
    'o TEMP/odd --set kind=nil',
    /odd\/templates\/a\.yaml:2:.*\nHint: mend the template at that line/,
  ],
])('a refusal says what helps: %s', (row, said) => {
  expect(ours(argumentsOf(row)).err).toMatch(said)
})

test('a file that is not there is named, with 5', () => {
  const { code, err } = ours(argumentsOf('a TEMP/odd -f TEMP/none.yaml'))
  expect(code).toBe(5)
  expect(err).toContain(`cannot read ${join(temp, 'none.yaml')}`)
})
