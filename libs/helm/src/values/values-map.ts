import {
  fixed,
  FunctionError,
  GoMap,
  type MapType,
  type Methods,
  quote,
  returningAny,
  toBytes,
  toYamlValue,
  type Value,
} from '@tidemark/go-template'
import { printYaml } from '@tidemark/yaml'

/** Whether a value is a table, as Helm tells one: a plain map, not one of a named type. */
export function isTable(value: Value): value is GoMap {
  return value instanceof GoMap && value.type.name === 'map[string]interface {}'
}

const methods: Methods = {
  YAML: (receiver) => fixed([], () => toBytes(printYaml(toYamlValue(receiver, 'yaml2'), 'yaml2'))),
  // It writes to what no template has; its refusals are those of any method.
  Encode: () => fixed(['io.Writer'], () => null),
  AsMap: (receiver) => fixed([], () => plain(receiver)),
  Table: (receiver) =>
    fixed(['string'], ([path]) => asValues(tableOrFail(plain(receiver), textOf(path)))),
  PathValue: (receiver) =>
    returningAny(fixed(['string'], ([path]) => pathValue(plain(receiver), textOf(path)))),
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : ''
}

/** What `Values.Table` gives; the name that is no table is told. */
function tableOrFail(map: GoMap, path: string): GoMap {
  let table: GoMap = map
  for (const name of path.split('.')) {
    const next = table.entries.get(name)
    if (!(next instanceof GoMap)) throw new FunctionError(`${quote(name)} is not a table`)
    table = next
  }
  return table
}

function pathValue(map: GoMap, path: string): Value {
  if (path === '') throw new FunctionError('YAML path cannot be empty')
  const found = valueAt(map, path)
  if (found === undefined)
    throw new FunctionError(`${quote(path.slice(path.lastIndexOf('.') + 1))} is not a value`)
  return found.value
}

/** `chartutil.Values`: a named map type with methods, which templates see at `.Values`. */
const VALUES: MapType = {
  name: 'chartutil.Values',
  element: 'interface {}',
  zero: null,
  underlying: 'map[string]interface {}',
  methods,
}

/** The same entries under the type that templates see. */
export function asValues(map: GoMap): GoMap {
  const values = new GoMap(map.entries, VALUES)
  values.reads = map.reads
  return values
}

/** The table at a path with dots; nothing where there is none. */
export function tableAt(map: GoMap, path: string): GoMap | undefined {
  let table: GoMap = map
  for (const name of path.split('.')) {
    const next = table.entries.get(name)
    if (!(next instanceof GoMap)) return undefined
    table = next
  }
  return table
}

/** The value at a path with dots, where it is there and no table (`Values.PathValue`). */
export function valueAt(map: GoMap, path: string): { readonly value: Value } | undefined {
  const dot = path.lastIndexOf('.')
  const table = dot === -1 ? map : tableAt(map, path.slice(0, dot))
  const name = path.slice(dot + 1)
  if (table === undefined || !table.entries.has(name)) return undefined
  const value = table.entries.get(name)
  return isTable(value) ? undefined : { value }
}

function plain(value: Value): GoMap {
  return value instanceof GoMap ? new GoMap(value.entries) : new GoMap()
}
