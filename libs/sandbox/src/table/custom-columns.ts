import {
  isList,
  isObject,
  listAt,
  stringAt,
  numberAt,
  type Json,
  type JsonObject,
} from '../json.ts'
import { ageOf } from './duration.ts'
import { AGE, type Column } from './column.ts'

/** The `additionalPrinterColumns` of a version; without any, the age. */
export function customColumns(version: JsonObject): readonly Column[] {
  const given = listAt(version, 'additionalPrinterColumns').filter(isObject)
  if (given.length === 0) return [AGE]
  return given.map((column) => {
    const path = parsePath(stringAt(column, 'jsonPath') ?? '')
    const isDate = column['type'] === 'date'
    return {
      name: stringAt(column, 'name') ?? '',
      type: stringAt(column, 'type') ?? 'string',
      priority: numberAt(column, 'priority') ?? 0,
      cell: (object, now) => {
        const value = read(object, path)
        if (isDate) return value === undefined ? '' : ageOf(value, now)
        if (value === undefined) return ''
        return typeof value === 'object' ? JSON.stringify(value) : value
      },
    }
  })
}

type Step =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'filter'; readonly key: string; readonly value: string }

const STEP =
  /\.(?<key>[A-Za-z0-9_-]+)|\[['"](?<quoted>[^'"]+)['"]\]|\[(?<index>\d+)\]|\[\?\(@\.(?<filter>[A-Za-z0-9_-]+)\s*==\s*['"](?<value>[^'"]*)['"]\)\]/g

/** The part of JSONPath that printer columns use: keys, indices, and one filter by equality. */
function parsePath(text: string): readonly Step[] {
  const unescaped = text.replaceAll(String.raw`\.`, '\u0000')
  return [...unescaped.matchAll(STEP)].map(({ groups = {} }): Step => {
    const key = groups['key'] ?? groups['quoted']
    if (key !== undefined) return { kind: 'key', key: key.replaceAll('\u0000', '.') }
    if (groups['index'] !== undefined) return { kind: 'index', index: Number(groups['index']) }
    return { kind: 'filter', key: groups['filter'] ?? '', value: groups['value'] ?? '' }
  })
}

function read(object: JsonObject, path: readonly Step[]): Json | undefined {
  let value: Json | undefined = object
  for (const step of path) {
    if (step.kind === 'key') value = isObject(value) ? value[step.key] : undefined
    else if (!isList(value)) return undefined
    else if (step.kind === 'index') value = value[step.index]
    else value = value.find((item) => isObject(item) && item[step.key] === step.value)
  }
  return value ?? undefined
}
