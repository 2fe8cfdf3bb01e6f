import { GoMap, sprintf, type Value } from '@tidemark/go-template'
import { type ChartNode } from '../chart/chart.ts'
import { HelmError } from '../helm-error.ts'
import { copyMap } from './copy-values.ts'
import { isTable } from './values-map.ts'

const GLOBAL = 'global'

/**
 * What null does. `coalesce` takes a key away that the user set to null over a default; `merge` keeps it,
 * for a later pass (`CoalesceValues` and `MergeValues` of Helm 3.22). Helm 4 coalesces without the nulls of
 * defaults, so that these shade no globals.
 */
export type NullRule = 'coalesce' | 'coalesce-without-default-nulls' | 'merge'

/** The values of a chart and its subcharts: what was given goes before defaults, parents before children. */
export function coalesceValues(chart: ChartNode, given: GoMap, rule: NullRule = 'coalesce'): GoMap {
  return coalesceChart(chart, copyMap(given), rule)
}

/** Merges defaults below what is there; the target is changed and returned. */
export function coalesceTables(target: GoMap, defaults: GoMap, rule: NullRule): GoMap {
  if (defaults.isNil) return target
  if (target.isNil) return defaults
  const nonNull = new Set<string>()
  for (const [key, value] of defaults.entries) if (!isNull(value)) nonNull.add(key)
  for (const [key, value] of target.entries) if (isNull(value)) defaults.entries.set(key, null)
  for (const [key, value] of defaults.entries) {
    const isKnown = target.entries.has(key)
    const known = target.entries.get(key)
    if (isKnown && rule !== 'merge' && isNull(known) && nonNull.has(key)) target.entries.delete(key)
    else if (!isKnown) target.entries.set(key, value)
    else if (isTable(value) && isTable(known)) coalesceTables(known, value, rule)
  }
  return target
}

function isNull(value: Value): boolean {
  return value === null || value === undefined
}

function coalesceChart(chart: ChartNode, target: GoMap, rule: NullRule): GoMap {
  coalesceOwn(chart, target, rule)
  for (const subchart of chart.dependencies) {
    const known = target.entries.get(subchart.name)
    if (!target.entries.has(subchart.name)) target.entries.set(subchart.name, new GoMap())
    else if (!isTable(known))
      throw new HelmError('VALUES', `type mismatch on ${subchart.name}: ${sprintf('%t', [known])}`)
    const table = target.entries.get(subchart.name)
    if (!isTable(table)) continue
    coalesceGlobals(table, target)
    target.entries.set(subchart.name, coalesceChart(subchart, table, rule))
  }
  return target
}

/** The chart's own defaults below what was given. */
function coalesceOwn(chart: ChartNode, given: GoMap, rule: NullRule): void {
  for (const [key, value] of copyMap(chart.values).entries) {
    const known = given.entries.get(key)
    if (!given.entries.has(key)) addDefault(given, key, { value, rule })
    else if (isNull(known)) {
      if (rule !== 'merge') given.entries.delete(key)
    } else if (isTable(known) && isTable(value)) {
      const isSubchart = chart.dependencies.some((subchart) => subchart.name === key)
      if (!isSubchart && rule === 'coalesce-without-default-nulls') dropNulls(value)
      coalesceTables(known, value, isSubchart ? 'merge' : rule)
    }
  }
}

function addDefault(
  given: GoMap,
  key: string,
  { value, rule }: { readonly value: Value; readonly rule: NullRule },
): void {
  if (rule === 'coalesce-without-default-nulls') {
    if (isNull(value)) return
    if (isTable(value)) dropNulls(value)
  }
  given.entries.set(key, value)
}

function dropNulls(table: GoMap): void {
  for (const [key, value] of table.entries)
    if (isNull(value)) table.entries.delete(key)
    else if (isTable(value)) dropNulls(value)
}

/** Globals go down: the parent's win over the child's. */
function coalesceGlobals(child: GoMap, parent: GoMap): void {
  const childGlobals = globalsOf(child)
  const parentGlobals = globalsOf(parent)
  if (childGlobals === undefined || parentGlobals === undefined) return
  for (const [key, value] of parentGlobals.entries) {
    const known = childGlobals.entries.get(key)
    if (isTable(value)) {
      const copy = new GoMap(new Map(value.entries))
      if (!childGlobals.entries.has(key)) childGlobals.entries.set(key, copy)
      else if (isTable(known)) {
        coalesceTables(copy, known, 'merge')
        childGlobals.entries.set(key, copy)
      }
    } else if (!isTable(known)) childGlobals.entries.set(key, value)
  }
  child.entries.set(GLOBAL, childGlobals)
}

/** The globals; an empty map where there are none, nothing where they are no table. */
function globalsOf(values: GoMap): GoMap | undefined {
  if (!values.entries.has(GLOBAL)) return new GoMap()
  const globals = values.entries.get(GLOBAL)
  return isTable(globals) ? globals : undefined
}
