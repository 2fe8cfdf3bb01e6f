// npm run conformance -- --corpus DIR [--suite NAME]... [--case TEXT] [--json FILE] [--show N]
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Failure, formatFailure, formatTable, GroupReport } from './report.ts'
import type { Case, Suite } from './suite.ts'

const SHOWN_MAX = '20' // Of each suite; `--json` has all of them.

const { values: options } = parseArgs({
  options: {
    corpus: { type: 'string' },
    suite: { type: 'string', multiple: true },
    case: { type: 'string' },
    json: { type: 'string' },
    show: { type: 'string', default: SHOWN_MAX },
  },
})

if (options.corpus === undefined) {
  console.error('conformance: --corpus DIR says where the cases are')
  process.exitCode = 2
} else {
  process.exitCode = await run(options.corpus)
}

/** The exit code: 0 when every case passed, 1 when one failed, 2 when there was none. */
async function run(corpus: string): Promise<number> {
  const suites = await loadSuites()
  const groups: GroupReport[] = []
  const failures: Failure[] = []
  for (const suite of suites) {
    const directory = join(corpus, suite.folder)
    if (!existsSync(directory)) {
      console.log(`${suite.name}: no ${suite.folder} in this corpus`)
      continue
    }
    await runSuite(suite, directory, { groups, failures })
  }
  printFailures(failures)
  console.log(`\n${formatTable(groups)}\n`)
  if (options.json !== undefined) writeJson(options.json, groups, failures)
  const passed = groups.reduce((total, group) => total + group.passed, 0)
  const failed = groups.reduce((total, group) => total + group.failed, 0)
  console.log(`${passed} passed, ${failed} failed`)
  if (passed + failed === 0) return 2
  return failed === 0 ? 0 : 1
}

async function loadSuites(): Promise<readonly Suite[]> {
  const files = globSync('suites/*.ts', { cwd: import.meta.dirname }).toSorted()
  const suites: Suite[] = []
  for (const file of files) {
    if (file.endsWith('.test.ts')) continue
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The contract of the folder, see suite.ts.
    const module = (await import(join(import.meta.dirname, file))) as { readonly suite: Suite }
    suites.push(module.suite)
  }
  const wanted = options.suite
  if (wanted === undefined) return suites
  const names = new Set(suites.map(({ name }) => name))
  for (const name of wanted) {
    if (!names.has(name))
      console.error(`conformance: no suite ${name}, only ${[...names].join(', ')}`)
  }
  return suites.filter(({ name }) => wanted.includes(name))
}

interface Results {
  readonly groups: GroupReport[]
  readonly failures: Failure[]
}

async function runSuite(suite: Suite, directory: string, results: Results): Promise<void> {
  const reports = new Map<string, GroupReport>()
  for await (const each of suite.cases(directory)) {
    if (options.case !== undefined && !each.id.includes(options.case)) continue
    let report = reports.get(each.group)
    if (report === undefined) {
      report = new GroupReport(suite.name, each.group)
      reports.set(each.group, report)
      results.groups.push(report)
    }
    results.failures.push(...(await runCase(each, report)))
  }
}

async function runCase({ id, run: check }: Case, report: GroupReport): Promise<readonly Failure[]> {
  try {
    return report.add(id, await check())
  } catch (error) {
    return [report.crash(id, error)]
  }
}

/** The first difference of each case, hard failures before differences of words. */
function printFailures(failures: readonly Failure[]): void {
  const shownMax = Number(options.show)
  for (const [suite, members] of Map.groupBy(failures, ({ suite: name }) => name)) {
    const byCase = Map.groupBy(members, ({ group, id }) => `${group} ${id}`)
    const firsts = [...byCase.values()].flatMap((all) => all[0] ?? [])
    const ordered = [
      ...firsts.filter(({ kind }) => kind !== 'message'),
      ...firsts.filter(({ kind }) => kind === 'message'),
    ]
    for (const failure of ordered.slice(0, shownMax)) console.log(formatFailure(failure))
    const hidden = ordered.length - shownMax
    if (hidden > 0) console.log(`${suite}: ${hidden} more, see --show and --json`)
  }
}

function writeJson(
  file: string,
  groups: readonly GroupReport[],
  failures: readonly Failure[],
): void {
  const summary = groups.map(({ suite, group, passed, failed, scores }) => ({
    suite,
    group,
    passed,
    failed,
    scores,
  }))
  writeFileSync(file, `${JSON.stringify({ groups: summary, failures }, undefined, 2)}\n`)
}
