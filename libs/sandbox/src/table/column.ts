import { objectAt, textOf, type Json, type JsonObject } from '../json.ts'
import { ageOf } from './duration.ts'

export interface Column {
  readonly name: string
  readonly type?: string
  readonly format?: 'name' | 'date-time'
  /** Zero is always shown, one only with `-o wide`. */
  readonly priority?: number
  readonly cell: (object: JsonObject, now: number) => Json
}

export const AGE: Column = {
  name: 'Age',
  cell: (object, now) => ageOf(objectAt(object, 'metadata')['creationTimestamp'], now),
}

export function labelText(labels: JsonObject): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${textOf(value)}`)
  return pairs.length === 0 ? '<none>' : pairs.toSorted().join(',')
}
