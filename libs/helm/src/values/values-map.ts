import {
  fixed,
  FunctionError,
  GoMap,
  type MapType,
  type Methods,
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
  AsMap: (receiver) => fixed([], () => plain(receiver)),
  Table: (receiver) =>
    fixed(['string'], ([path]) => {
      const table = typeof path === 'string' ? tableAt(plain(receiver), path) : undefined
      if (table === undefined) throw new FunctionError(`"${lastOf(path)}" is not a table`)
      return asValues(table)
    }),
}

/** `chartutil.Values`: a named map type with methods, which templates see at `.Values`. */
export const VALUES: MapType = {
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

function lastOf(path: Value): string {
  return typeof path === 'string' ? (path.split('.').at(-1) ?? '') : ''
}
