// Writes docs/reference anew: node --conditions=source test/docs/write-reference.ts
// With --check it writes nothing, and ends with 1 where a page is not what the code says.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './read-docs.ts'
import { referencePages, WRITE } from './reference.ts'

for (const [path, text] of await referencePages()) {
  const file = join(ROOT, path)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  if (process.argv.includes('--check')) {
    console.error(`${path} is not what the code says; run: ${WRITE}`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(path)
  }
}
