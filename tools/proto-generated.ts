// Generates the code of the proto files into a folder of its own and holds it against what is committed
// (DECISIONS 26).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COMMITTED = 'libs/contracts/src/gen'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-generated-'))
try {
  const generated = spawnSync('buf', ['generate', '-o', folder], { stdio: 'inherit' })
  const fresh = join(folder, COMMITTED)
  const differs = spawnSync('diff', ['-r', fresh, COMMITTED], { stdio: 'inherit' })
  if (differs.status !== 0)
    process.stderr.write('run npm run generate, and commit what it writes\n')
  process.exitCode = generated.status === 0 ? (differs.status ?? 1) : 1
} finally {
  rmSync(folder, { recursive: true })
}
