// All checks of the house, one after another: `npm run check`. Ends at the first that fails.
import { spawnSync } from 'node:child_process'

const SOURCES = ['libs', 'services', 'cli', 'test', 'tools', 'bench']

interface Check {
  readonly name: string
  readonly command: readonly string[]
}

const checks: readonly Check[] = [
  { name: 'proto lint', command: ['buf', 'lint'] },
  { name: 'proto breaking', command: ['node', 'tools/proto-breaking.ts'] },
  {
    name: 'generated code is that of the proto files',
    command: ['node', 'tools/proto-generated.ts'],
  },
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'format', command: ['oxfmt', '--check', ...SOURCES] },
  { name: 'lint', command: ['oxlint', ...SOURCES] },
  { name: 'dead code', command: ['knip'] },
  { name: 'undeclared imports', command: ['knip', '--strict', '--include', 'unlisted'] },
  { name: 'tiers, rooms, references, walkthrough names', command: ['node', 'tools/tidy.ts'] },
  {
    name: 'reference pages are what the code says',
    command: ['node', '--conditions=source', 'test/docs/write-reference.ts', '--check'],
  },
]

const failed = checks.find(({ name, command: [program = '', ...args] }) => {
  process.stderr.write(`check: ${name}\n`)
  return spawnSync(program, args, { stdio: 'inherit' }).status !== 0
})
if (failed === undefined) process.stderr.write(`${checks.length} checks passed\n`)
else {
  process.stderr.write(`check failed: ${failed.name}\n`)
  process.exitCode = 1
}
