#!/usr/bin/env node
// Plain JavaScript that runs on any Node: finds the Node that npm installed where this one is too old, and
// runs the command line with it (docs/decisions/0001-node-24-from-npm.md).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FLOOR = [24, 12]
const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '../src/main.ts')
const isSource = existsSync(source)
const script = isSource ? source : join(here, '../dist/main.js')
const node = isNewEnough(process.versions.node) ? process.execPath : installedNode()
if (node === undefined) {
  console.error(
    `tidemark needs Node ${FLOOR.join('.')} or newer, and this is ${process.versions.node}: install Node 24 (nodejs.org), or run npm ci on a machine for which npm has one`,
  )
  process.exit(1)
}
const flags = isSource ? ['--conditions=source'] : []
const child = spawn(node, [...flags, script, ...process.argv.slice(2)], { stdio: 'inherit' })
// A terminal sends Ctrl-C to both; what is sent to this process alone goes on to the one that works.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(name, () => {
    if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name)
  })
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1
})

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])
}

function installedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  try {
    const root = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    return join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch {
    return undefined
  }
}
