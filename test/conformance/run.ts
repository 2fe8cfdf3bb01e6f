// npm run conformance -- --corpus DIR [--suite NAME]... [--case TEXT] [--json FILE] [--show N]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runCorpus, UsageError } from './run-corpus.ts'
import { loadSuites } from './load-suites.ts'

const SHOWN_MAX = '20' // Of each suite; `--json` has all of them.
const USAGE =
  'usage: npm run conformance -- --corpus DIR [--suite NAME]... [--case TEXT] [--json FILE] [--show N]'

try {
  process.exitCode = await run()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`conformance: ${error.message}\n${USAGE}`)
  process.exitCode = 2
}

/** The exit code: 0 when every case passed, 1 when one failed, 2 when there was none. */
async function run(): Promise<number> {
  const { corpus, suite, case: idPart = '', json, show } = readArguments()
  if (corpus === undefined) throw new UsageError('--corpus DIR says where the cases are')
  if (!/^\d+$/.test(show)) throw new UsageError(`--show is a number, not "${show}"`)
  const { text, facts } = await runCorpus(await loadSuites(), {
    corpus,
    ...(suite === undefined ? {} : { names: suite }),
    idPart,
    shownMax: Number(show),
  })
  console.log(text)
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(facts, undefined, 2)}\n`)
  if (facts.passed + facts.failed === 0) return 2
  return facts.failed === 0 ? 0 : 1
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        corpus: { type: 'string' },
        suite: { type: 'string', multiple: true },
        case: { type: 'string' },
        json: { type: 'string' },
        show: { type: 'string', default: SHOWN_MAX },
      },
    })
    return values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'cannot read the arguments')
  }
}
