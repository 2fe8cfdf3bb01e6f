import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { VERSION } from './version.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const chart = mkdtempSync(join(tmpdir(), 'tidemark-program-'))
writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n')
afterAll(() => rmSync(chart, { recursive: true }))

function printed(...args: readonly string[]): string {
  const argv = ['--conditions=source', MAIN, ...args]
  return spawnSync(process.execPath, argv, { encoding: 'utf8' }).stdout
}

test('--version is ours, but a flag of Helm behind render helm', () => {
  expect(printed('--version')).toBe(`${VERSION}\n`)
  const flags = ['--version', '9.9.9', '--color', 'never']
  expect(printed('render', 'helm', 'a', chart, ...flags)).toBe('\n')
})
