import type { FieldSchema } from './field-schema.ts'
import { MERGE_KINDS, MERGE_TYPES } from './gen/merge-keys.ts'

/** The schema of a built-in kind, from the generated table; `undefined` where no list of it merges. */
export function builtinSchema(apiVersion: string, kind: string): FieldSchema | undefined {
  const type = KINDS.get(`${apiVersion} ${kind}`)
  return type === undefined ? undefined : typeSchema(type)
}

const KINDS: ReadonlyMap<string, string> = new Map(
  MERGE_KINDS.map((line): [string, string] => {
    const [apiVersion = '', kind = '', type = ''] = line.split(' ')
    return [`${apiVersion} ${kind}`, type]
  }),
)
const SCHEMAS = new Map<string, FieldSchema>()

function typeSchema(type: string): FieldSchema {
  const known = SCHEMAS.get(type)
  if (known !== undefined) return known
  const fields = new Map<string, string>()
  for (const told of (MERGE_TYPES[type] ?? '').split(' ')) {
    const colon = told.indexOf(':')
    if (colon > 0) fields.set(told.slice(0, colon), told.slice(colon + 1))
  }
  const schema: FieldSchema = {
    field: (name) => {
      const told = fields.get(name)
      return told === undefined ? undefined : fieldSchema(told)
    },
    items: () => undefined,
  }
  SCHEMAS.set(type, schema)
  return schema
}

function fieldSchema(told: string): FieldSchema {
  if (!told.startsWith('[')) return typeSchema(told)
  const end = told.indexOf(']')
  const keys = told.slice(1, end)
  const type = told.slice(end + 1)
  return {
    field: () => undefined,
    items: () => (type === '' ? undefined : typeSchema(type)),
    mergeKeys: keys === '' ? [] : keys.split('+'),
  }
}
