import { fromBytes, GoMap, type Value, sprintf, STRING_MAP } from '@tidemark/go-template'
import { parseConstraint, parseVersion, satisfies, SemverError } from '@tidemark/semver'
import { coalesceTables, coalesceValues } from '../values/coalesce.ts'
import { copyMap } from '../values/copy-values.ts'
import { tableAt, valueAt } from '../values/values-map.ts'
import { rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { type ChartNode, type Dependency } from './chart.ts'

/**
 * Drops the dependencies that conditions and tags turn off, gives aliases their names, and imports values
 * from children (`ProcessDependenciesWithMerge` of Helm 3.22, `ProcessDependencies` of Helm 4). The nodes are changed.
 */
export function processDependencies(chart: ChartNode, values: GoMap): void {
  try {
    enableDependencies(chart, values, '')
    importAll(chart)
  } catch (error) {
    const { dependencyProblem } = rulesOf(chart.chart.flavour)
    if (!(error instanceof HelmError) || dependencyProblem === '') throw error
    throw new HelmError(error.code, `${dependencyProblem}${error.message}`, { cause: error })
  }
}

/** Whether a version is in a range; what cannot be read is in none. */
export function isCompatible(range: string, version: string): boolean {
  try {
    return satisfies(parseVersion(fromBytes(version)), parseConstraint(fromBytes(range)))
  } catch (error) {
    if (error instanceof SemverError) return false
    throw error
  }
}

function enableDependencies(chart: ChartNode, values: GoMap, path: string): void {
  const declared = chart.metadata.dependencies
  if (declared === undefined) return
  chart.setDependencies(resolved(chart, declared))
  for (const dependency of declared) dependency.enabled = true
  const coalesced = coalesceValues(chart, values, rulesOf(chart.chart.flavour).nulls)
  applyTags(declared, coalesced)
  applyConditions(declared, coalesced, path)
  const removed = new Set(declared.filter(({ enabled }) => !enabled).map(({ name }) => name))
  const kept = chart.dependencies.filter(({ name }) => !removed.has(name))
  for (const child of kept) enableDependencies(child, coalesced, `${path}${child.name}.`)
  const keptDeclared = declared.filter(({ name }) => !removed.has(name))
  chart.metadata.dependencies = keptDeclared.length === 0 ? undefined : keptDeclared
  chart.setDependencies(kept)
}

/** Charts that nothing declares, as they are; then each declared one, under its alias. */
function resolved(chart: ChartNode, declared: readonly Dependency[]): ChartNode[] {
  const isDeclared = ({ name, metadata }: ChartNode): boolean =>
    declared.some((entry) => entry.name === name && isCompatible(entry.version, metadata.version))
  const found = chart.dependencies.filter((child) => !isDeclared(child))
  for (const entry of declared) {
    const child = chart.dependencies.find(
      ({ name, metadata }) => name === entry.name && isCompatible(entry.version, metadata.version),
    )
    if (child !== undefined)
      found.push(child.renamed(entry.alias === '' ? child.name : entry.alias))
    if (entry.alias !== '') entry.name = entry.alias
  }
  return found
}

function applyTags(declared: readonly Dependency[], values: GoMap): void {
  const tags = tableAt(values, 'tags')
  if (tags === undefined) return
  for (const dependency of declared) {
    const answers = new Set(dependency.tags.map((tag) => tags.entries.get(tag)))
    dependency.enabled = answers.has(true) || !answers.has(false)
  }
}

function applyConditions(declared: readonly Dependency[], values: GoMap, path: string): void {
  for (const dependency of declared)
    for (const condition of dependency.condition.trim().split(',')) {
      if (condition === '') continue
      const found = valueAt(values, path + condition)
      if (typeof found?.value !== 'boolean') continue
      dependency.enabled = found.value
      break
    }
}

function importAll(chart: ChartNode): void {
  for (const child of chart.dependencies) importAll(child)
  importValues(chart)
}

/** What children export goes below the parent's own values. */
function importValues(chart: ChartNode): void {
  const declared = chart.metadata.dependencies
  if (declared === undefined) return
  const values = coalesceValues(chart, new GoMap(), 'merge')
  const imported = new GoMap()
  for (const dependency of declared) {
    const entries: Value[] = []
    for (const entry of dependency.importValues) {
      const pair = pairOf(entry)
      if (pair === undefined) continue
      entries.push(new GoMap(new Map(Object.entries(pair)), STRING_MAP))
      const table = tableAt(values, `${dependency.name}.${pair.child}`)
      if (table !== undefined) coalesceTables(imported, nested(pair.parent, table), 'merge')
    }
    dependency.importValues = entries
  }
  chart.values = coalesceTables(copyMap(values), imported, 'merge')
}

function pairOf(entry: Value): { child: string; parent: string } | undefined {
  if (typeof entry === 'string') return { child: `exports.${entry}`, parent: '.' }
  if (!(entry instanceof GoMap)) return undefined
  return {
    child: sprintf('%v', [entry.entries.get('child')]),
    parent: sprintf('%v', [entry.entries.get('parent')]),
  }
}

function nested(path: string, table: GoMap): GoMap {
  if (path === '.') return table
  return path
    .split('.')
    .reduceRight((inner, name) => new GoMap(new Map<string, Value>([[name, inner]])), table)
}
