// npm run soak -- NAME [options]: what takes hours, so no check runs it. Each is a file in test/soak.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', 'test', 'soak')
const [name = '', ...options] = process.argv.slice(2)
// `crash --form platform` is crash-platform.ts.
const form = options.includes('--form') ? `-${options[options.indexOf('--form') + 1]}` : ''
const file = join(FOLDER, `${name}${form}.ts`)
if (name === '' || !existsSync(file)) {
  const names = readdirSync(FOLDER).map((entry) => entry.replace(/\.ts$/u, ''))
  console.error(
    `npm run soak -- NAME [--count N] [--seed S] [--state FILE]; NAME is one of ${names.join(', ')}`,
  )
  process.exitCode = 2
} else {
  const ran = spawnSync(process.execPath, ['--conditions=source', file, ...options], {
    stdio: 'inherit',
  })
  process.exitCode = ran.status ?? 1
}
