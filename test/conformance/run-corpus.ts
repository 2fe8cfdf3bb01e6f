import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Failure, formatFailure, formatTable, GroupReport, type Scores } from './report.ts'
import type { Case, Suite } from './suite.ts'

export interface CorpusOptions {
  readonly corpus: string
  /** All suites where none is named. */
  readonly names?: readonly string[]
  /** Only cases whose id contains it. */
  readonly idPart?: string
  /** Failing cases that are shown, of each suite. */
  readonly shownMax: number
}

/** What was asked for cannot be run. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** What `--json` writes. */
interface Facts {
  readonly corpus: string
  readonly passed: number
  readonly failed: number
  /** Folders that the corpus lacks, or that have no case of the suite. */
  readonly without: readonly string[]
  readonly groups: readonly {
    readonly suite: string
    readonly group: string
    readonly passed: number
    readonly failed: number
    readonly scores: Scores
  }[]
  readonly failures: readonly Failure[]
}

/** Runs the suites over a corpus. @throws UsageError for a corpus or a suite that there is not */
export async function runCorpus(
  suites: readonly Suite[],
  { corpus, names, idPart = '', shownMax }: CorpusOptions,
): Promise<{ readonly text: string; readonly facts: Facts }> {
  if (!existsSync(corpus)) throw new UsageError(`there is no ${corpus}`)
  const results: Results = { groups: [], failures: [], without: [] }
  for (const suite of chosen(suites, names)) await runSuite(suite, { corpus, idPart }, results)
  const { groups, failures, without } = results
  const passed = groups.reduce((total, group) => total + group.passed, 0)
  const failed = groups.reduce((total, group) => total + group.failed, 0)
  const text = [
    ...without,
    ...failureLines(failures, shownMax),
    `\n${formatTable(groups)}\n`,
    `${passed} passed, ${failed} failed`,
  ].join('\n')
  return { text, facts: { corpus, passed, failed, without, groups: groups.map(factsOf), failures } }
}

function chosen(suites: readonly Suite[], names: readonly string[] | undefined): readonly Suite[] {
  if (names === undefined) return suites
  const known = suites.map(({ name }) => name)
  for (const name of names)
    if (!known.includes(name))
      throw new UsageError(`there is no suite "${name}"; there are: ${known.join(', ')}`)
  return suites.filter(({ name }) => names.includes(name))
}

interface Results {
  readonly groups: GroupReport[]
  readonly failures: Failure[]
  readonly without: string[]
}

async function runSuite(
  { name, folder, cases }: Suite,
  { corpus, idPart }: { readonly corpus: string; readonly idPart: string },
  { groups, failures, without }: Results,
): Promise<void> {
  const directory = join(corpus, folder)
  if (!existsSync(directory)) {
    without.push(`${name}: no folder ${folder} in this corpus`)
    return
  }
  const reports = new Map<string, GroupReport>()
  for await (const each of cases(directory)) {
    if (!each.id.includes(idPart)) continue
    const report = reports.get(each.group) ?? new GroupReport(name, each.group)
    reports.set(each.group, report)
    failures.push(...(await runCase(each, report)))
  }
  groups.push(...reports.values())
  if (reports.size === 0) without.push(`${name}: no case in ${folder}`)
}

async function runCase({ id, run: check }: Case, report: GroupReport): Promise<readonly Failure[]> {
  try {
    return report.add(id, await check())
  } catch (error) {
    return [report.crash(id, error)]
  }
}

/** The first difference of each case, by suite. */
function failureLines(failures: readonly Failure[], shownMax: number): readonly string[] {
  const suites = Map.groupBy(failures, ({ suite }) => suite)
  return [...suites.values()].flatMap((members) => suiteLines(members, shownMax))
}

/** Hard failures before differences of words. */
function suiteLines(failures: readonly Failure[], shownMax: number): readonly string[] {
  const byCase = Map.groupBy(failures, ({ group, id }) => `${group} ${id}`)
  const firsts = [...byCase.values()].flatMap((all) => all[0] ?? [])
  const lines = firsts
    .filter(({ kind }) => kind !== 'message')
    .concat(firsts.filter(({ kind }) => kind === 'message'))
    .map(formatFailure)
  const hidden = lines.length - shownMax
  const shown = lines.slice(0, shownMax)
  return hidden > 0
    ? shown.concat(`${failures[0]?.suite ?? ''}: ${hidden} more, see --show and --json`)
    : shown
}

function factsOf({ suite, group, passed, failed, scores }: GroupReport): Facts['groups'][number] {
  return { suite, group, passed, failed, scores }
}
