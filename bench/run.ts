// `npm run bench -- NAME [--json]`: runs one bench, in a process of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [name = '', ...rest] = process.argv.slice(2)
const script = join(import.meta.dirname, name, 'run.ts')
if (/^[a-z-]+$/u.test(name) && existsSync(script)) {
  const command = ['--conditions=source', '--disable-warning=ExperimentalWarning', script, ...rest]
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  const names = globSync('*/run.ts', { cwd: import.meta.dirname })
    .map((path) => dirname(path))
    .toSorted((left, right) => (left < right ? -1 : 1))
  console.error(`there is no bench "${name}"; there are: ${names.join(', ')}`)
  process.exitCode = 2
}
