// `npm run first-minute`: writes docs/first-minute.md and its pictures.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { record } from './recording.ts'

for (const [file, text] of await record())
  writeFileSync(join(import.meta.dirname, '..', '..', 'docs', file), text)
