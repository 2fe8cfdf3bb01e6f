// Holds the proto files against those of the commit before: no field may change or be reused (STYLE 23).
import { spawnSync } from 'node:child_process'

const BEFORE = 'HEAD~1'

const known = spawnSync('git', ['cat-file', '-e', `${BEFORE}:proto`], { stdio: 'ignore' })
if (known.status !== 0)
  process.stderr.write('there is no commit before this one with proto files\n')
else {
  const against = `.git#ref=${BEFORE}`
  const { status } = spawnSync('buf', ['breaking', '--against', against], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
