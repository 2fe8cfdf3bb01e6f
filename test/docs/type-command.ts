import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './read-docs.ts'

const COMMAND_MS_MAX = 90_000
const LAUNCHER = `'${process.execPath}' --conditions=source '${join(ROOT, 'cli', 'src', 'main.ts')}'`

/** Types a `tidemark` command of the docs into a shell, in a folder. Gives how it ended, and what it printed. */
export function typeCommand(
  text: string,
  cwd: string,
): Promise<{ readonly code: number | string | null | undefined; readonly text: string }> {
  const line = text.replace(/^tidemark\b/u, LAUNCHER)
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd, timeout: COMMAND_MS_MAX }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, text: `${stdout}${stderr}` })
    })
  })
}
