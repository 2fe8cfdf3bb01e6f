// What a commit of one line costs in a repository of 5,000 files with 1 GB of history: `npm run bench -- large-repo [--json]`.
// Bytes on the wire and time, from a Git server over HTTP on this machine, read as the fetcher reads it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fetchCosts, type Cost } from '../../test/rig/fetch-costs.ts'

const SIZE = { files: 5_000, historyBytes: 1_000_000_000 }

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-large-repo-'))
try {
  const costs = await fetchCosts(dir, SIZE)
  if (flags.json) console.log(JSON.stringify({ bench: 'large-repo', ...SIZE, ...costs }))
  else {
    console.log(
      `repository   ${costs.repositoryBytes} bytes, ${SIZE.files} files in its newest commit`,
    )
    for (const [name, cost] of Object.entries({
      'first fetch': costs.first,
      'a look': costs.poll,
      'one line': costs.second,
    }))
      console.log(`${name.padEnd(13)}${textOf(cost)}`)
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}

function textOf({ ms, sent, received, files }: Cost): string {
  return `${ms.toFixed(0)} ms, ${sent} bytes sent, ${received} received, ${files} files read`
}
