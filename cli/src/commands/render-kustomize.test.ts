import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { renderKustomize } from './render-kustomize.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function onDisk(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-render-'))
  folders.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

function run(...argv: readonly string[]): { code: number; out: string; err: string } {
  const written = { out: '', err: '' }
  const code = renderKustomize(argv, {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
  })
  return { code, ...written }
}

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: ${a}\n'
const FLUX = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 10m
  path: ./app
  prune: true
  targetNamespace: shop
  sourceRef: {kind: GitRepository, name: fleet}
  postBuild:
    substituteFrom:
      - {kind: ConfigMap, name: cluster}
`

test('a folder is built, with a base above it', () => {
  const root = onDisk({
    'base/kustomization.yaml': 'resources: [config.yaml]\n',
    'base/config.yaml': CONFIG,
    'prod/kustomization.yaml': 'resources: [../base]\nnamePrefix: prod-\n',
  })
  expect(run(join(root, 'prod'))).toEqual({
    code: 0,
    err: '',
    out: 'apiVersion: v1\ndata:\n  a: ${a}\nkind: ConfigMap\nmetadata:\n  name: prod-settings\n',
  })
})

test('warnings go beside the output', () => {
  const root = onDisk({
    'kustomization.yaml': 'resources: [config.yaml]\ncommonLabels: {a: b}\n',
    'config.yaml': CONFIG,
  })
  const { code, err, out } = run(root)
  expect(code).toBe(0)
  expect(err).toContain("# Warning: 'commonLabels' is deprecated")
  expect(out).toContain('    a: b')
})

test('a Flux Kustomization is rendered with what it says and the variables beside it', () => {
  const root = onDisk({
    '.git/HEAD': 'ref: refs/heads/main\n',
    'app/config.yaml': CONFIG,
    'flux.yaml': `${FLUX}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster}\ndata: {a: "7"}\n`,
  })
  const { code, out, err } = run(join(root, 'app'), '--flux', join(root, 'flux.yaml'))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('  a: 7\n')
  expect(out).toContain('  namespace: shop\n')
  expect(out).toContain('kustomize.toolkit.fluxcd.io/name: shop')
})

test('a refusal says what to do, and the exit code tells', () => {
  const root = onDisk({
    'app/kustomization.yaml': 'resource: [config.yaml]\n',
    'flux.yaml': FLUX,
  })
  const refused = run(join(root, 'app'))
  expect(refused.code).toBe(1)
  expect(refused.out).toBe('')
  expect(refused.err).toContain('KUSTOMIZE_UNKNOWN_FIELD')
  expect(refused.err).toContain('"resources"')
  expect(run(join(root, 'app'), '--flux', join(root, 'flux.yaml')).err).toContain(
    'ConfigMap cluster, which a cluster would hold',
  )
  expect(run(join(root, 'none')).code).toBe(5)
  expect(run('--nonsense').code).toBe(2)
})

test('a link out of the source is refused', () => {
  const root = onDisk({
    'secret.yaml': CONFIG,
    'source/kustomization.yaml': 'resources: [link.yaml]\n',
  })
  symlinkSync('../secret.yaml', join(root, 'source/link.yaml'))
  const { code, err } = run(join(root, 'source'), '--root', join(root, 'source'))
  expect(code).toBe(1)
  expect(err).toContain('SOURCE_ESCAPE')
  expect(err).toContain('link.yaml')
})

test('what is encrypted cannot be shown here, and the message says where it can', () => {
  const recorded = new URL('../../../libs/sops/src/recorded/secret.yaml.txt', import.meta.url)
  const decryption = '  decryption: {provider: sops, secretRef: {name: keys}}\n'
  const root = onDisk({
    'shop.yaml': FLUX.replace(/ {2}postBuild[\s\S]*/u, decryption),
    'app/secret.yaml': readFileSync(recorded, 'utf8'),
  })
  const { code, out, err } = run(
    '--flux',
    join(root, 'shop.yaml'),
    '--root',
    root,
    join(root, 'app'),
  )
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain('the keys of spec.decryption are on the cluster; look at a release')
})
