import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { lastOf, readContainerFile, type Stage } from './container-file.ts'
import { CHART, FULL_VALUES, tidemarkRender } from './render-chart.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const [build, image] = readContainerFile(join(ROOT, 'helm', 'Containerfile'))
const BUILD_MS_MAX = 900_000 // Two times `npm ci`, and a compiler, on a cold cache.

/** There is no container engine here: the same steps, in the same order, in empty folders. */
describe('the container file', () => {
  const dir = temporaryDir('image')
  const built = join(dir.path, 'build')
  const root = join(dir.path, 'image')
  afterAll(() => dir.remove())

  beforeAll(() => {
    copySources(built)
    for (const { name, text } of build?.instructions ?? []) if (name === 'RUN') run(text, built)
    copyFromBuild(image, { built, root })
  }, BUILD_MS_MAX)

  test('has its base by the official name of Node 24, and a user that is not root', () => {
    expect([build?.base, image?.base]).toEqual(
      Array(2).fill('docker.io/library/node:24-trixie-slim'),
    )
    expect(image && lastOf(image, 'USER')).toBe('1000:1000')
  })

  test('leaves an image without sources, compilers and test tools', () => {
    expect(readdirSync(join(root, 'app')).toSorted()).toEqual([
      'cli',
      'libs',
      'node_modules',
      'package.json',
      'services',
    ])
    expect(existsSync(join(root, 'app', 'libs', 'kernel', 'src'))).toBe(false)
    for (const name of ['typescript', 'vitest', 'oxlint'])
      expect(existsSync(join(root, 'app', 'node_modules', name))).toBe(false)
  })

  test('starts with its entry point: it tells its version, and renders a chart as the sources do', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(start(root, ['--version'])).toBe(`${version}\n`)
    const flags = ['--namespace', 'tidemark', '--values', FULL_VALUES]
    const rendered = start(root, ['render', 'helm', 'tidemark', CHART, ...flags])
    expect(rendered).toBe(tidemarkRender(['--values', FULL_VALUES]).out)
  }, 60_000)

  test('runs a whole plane: the sample is delivered and the process ends', () => {
    const data = join(dir.path, 'data')
    const out = start(root, ['up', '--exit-when-ready', '--data-dir', data])
    const last = out.trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ status: 'Ready' })
  }, 120_000)
})

/** `COPY . .`: what git knows of this checkout, as the ignore file leaves it. */
function copySources(target: string): void {
  const known = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  for (const path of known.stdout.split('\0').filter((name) => existsSync(join(ROOT, name)))) {
    if (path === '') continue
    mkdirSync(dirname(join(target, path)), { recursive: true })
    cpSync(join(ROOT, path), join(target, path))
  }
}

function copyFromBuild(
  stage: Stage | undefined,
  { built, root }: { readonly built: string; readonly root: string },
): void {
  const workdir = (stage && lastOf(stage, 'WORKDIR')) ?? ''
  for (const { name, text } of stage?.instructions ?? []) {
    const [from = '', source = '', target = ''] = text.split(' ')
    if (name !== 'COPY') continue
    expect(from).toBe('--from=build')
    const to = join(root, workdir, target, target.endsWith('/') ? source.replace(/.*\//u, '') : '')
    cpSync(source.replace('/build', built), to, { recursive: true, verbatimSymlinks: true })
  }
}

function run(command: string, cwd: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`)
}

function start(root: string, args: readonly string[]): string {
  const entry: readonly string[] = JSON.parse((image && lastOf(image, 'ENTRYPOINT')) ?? '[]')
  const [, ...rest] = entry.map((part) => (part.startsWith('/') ? join(root, part) : part))
  const { status, stdout, stderr } = spawnSync(process.execPath, [...rest, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: root },
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}
