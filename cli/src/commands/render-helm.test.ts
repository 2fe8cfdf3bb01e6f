import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderHelm } from './render-helm.ts'

const FILES = {
  'shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'shop/values.yaml': 'replicas: 2\nimage: {name: nginx, tag: "1"}\n',
  'shop/motd.txt': 'hello\n',
  'shop/templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  annotations: {motd: {{ .Files.Get "motd.txt" | trim }}, chart: {{ .Chart | toJson | len | quote }}}
spec:
  replicas: {{ .Values.replicas }}
  template: {spec: {containers: [{name: web, image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"}]}}
`,
  'secret/Chart.yaml': 'apiVersion: v2\nname: secret\nversion: 1.0.0\n',
  'secret/templates/a.yaml': 'a: {{ randAlphaNum 30 }}\nb: {{ uuidv4 }}\n',
  'prod.yaml': 'image: {tag: "2"}\n',
}
let root = ''

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-render-'))
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
})
afterAll(() => rmSync(root, { recursive: true }))

function run(...flags: readonly string[]): { code: number; out: string; err: string } {
  return runChart('shop', ...flags)
}

function runChart(
  chart: string,
  ...flags: readonly string[]
): { code: number; out: string; err: string } {
  const written = { out: '', err: '' }
  const code = renderHelm(['live', join(root, chart), ...flags], {
    out: (bytes) => (written.out += Buffer.from(bytes).toString()),
    err: (text) => (written.err += text),
  })
  return { code, ...written }
}

test('a trace names template, line, value and the file or flag that set it', () => {
  const prod = join(root, 'prod.yaml')
  const { code, out } = run('-f', prod, '--set', 'replicas=3', '--trace')
  const fields = new Map(
    out
      .trimEnd()
      .split('\n')
      .map((line) => [line.split('\t')[1], line.split('\t').slice(2)]),
  )
  expect(code).toBe(0)
  expect(fields.get('spec.replicas')).toEqual([
    'shop/templates/web.yaml:7',
    'replicas (--set replicas=3)',
  ])
  expect(fields.get('spec.template.spec.containers[0].image')).toEqual([
    'shop/templates/web.yaml:8',
    'image.name (values.yaml)',
    `image.tag (${prod})`,
  ])
  expect(fields.get('kind')).toEqual(['shop/templates/web.yaml:2'])
})

test('what was read is told by kind', () => {
  expect(run('--reads').out).toBe(
    [
      'template\tshop/templates/web.yaml',
      'value\timage.name',
      'value\timage.tag',
      'value\treplicas',
      'file\tmotd.txt',
      '',
    ].join('\n'),
  )
})

test('a flavour that there is not is named', () => {
  expect(run('--flavour', 'helm5')).toMatchObject({ code: 2, out: '' })
  expect(run('--flavour', 'helm5').err).toContain('--flavour is helm3 or helm4, not helm5')
})

test('the flavours differ in what a chart sees of itself', () => {
  const helm3 = run().out
  const helm4 = run('--flavour', 'helm4').out
  expect(helm3).toContain('motd: hello')
  expect(helm4).not.toBe(helm3)
})

test('random values are new each time, unless a seed is given', () => {
  expect(runChart('secret').out).not.toBe(runChart('secret').out)
  const seeded = runChart('secret', '--seed', 'one')
  expect(seeded).toMatchObject({ code: 0, err: '' })
  expect(runChart('secret', '--seed', 'one').out).toBe(seeded.out)
  expect(runChart('secret', '--seed', 'two').out).not.toBe(seeded.out)
})
