import { objectAt, type JsonObject } from '../json.ts'
import { partial } from './partial.ts'
import type { Resource } from '../store/resource.ts'
import { AGE, type Column } from './column.ts'
import { COLUMNS } from './columns.ts'
import { customColumns } from './custom-columns.ts'

export interface TableOptions {
  readonly metadata: JsonObject
  /** Milliseconds since 1970, for ages. */
  readonly now: number
  /** `None`, `Metadata` or `Object`: what each row carries beside its cells. */
  readonly includeObject: string
}

const NAME: Column = {
  name: 'Name',
  format: 'name',
  cell: (object) => objectAt(object, 'metadata')['name'] ?? '',
}

/** The `meta.k8s.io/v1 Table` that kubectl prints: one row for each object, with the columns of its kind. */
export function tableOf(
  resource: Resource,
  objects: readonly JsonObject[],
  { metadata, now, includeObject }: TableOptions,
): JsonObject {
  const columns = columnsOf(resource)
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(definition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...rowObject(object, includeObject),
    })),
  }
}

function columnsOf(resource: Resource): readonly Column[] {
  const custom = resource.custom === undefined ? undefined : customColumns(resource.custom)
  return [NAME, ...(custom ?? COLUMNS[resource.storageKey] ?? [AGE])]
}

function definition({ name, type = 'string', format, priority = 0 }: Column): JsonObject {
  return { name, type, format: format ?? '', description: '', priority }
}

function rowObject(object: JsonObject, include: string): JsonObject {
  if (include === 'None') return {}
  return { object: include === 'Object' ? object : partial(object) }
}
