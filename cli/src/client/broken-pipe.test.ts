import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../main.ts')
const folder = mkdtempSync(join(tmpdir(), 'tidemark-pipe-'))

afterAll(() => rmSync(folder, { recursive: true }))

test('a command whose reader has gone ends with 141 and says nothing', async () => {
  mkdirSync(join(folder, 'templates'))
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: long\nversion: 1.0.0\n')
  // More than any pipe holds, so that the writer has to wait for a reader.
  writeFileSync(join(folder, 'templates/long.yaml'), 'text: {{ repeat 4000000 "x" }}\n')
  const args = ['--conditions=source', MAIN, 'render', 'helm', 'a', folder]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [code] = await once(child, 'close')
  expect({ code, said: Buffer.concat(said).toString() }).toEqual({ code: 141, said: '' })
})
