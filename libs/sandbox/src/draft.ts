import { isList, isObject, type Json, type JsonObject } from './json.ts'

/** An object that is being completed: defaults and status are written into a copy, in place. */
export interface Draft {
  [key: string]: DraftValue
}

export type DraftValue = null | boolean | number | string | DraftValue[] | Draft

export function draftOf(object: JsonObject): Draft {
  const out: Draft = {}
  for (const key in object) out[key] = draftValue(object[key] ?? null)
  return out
}

function draftValue(value: Json): DraftValue {
  if (isList(value)) return value.map(draftValue)
  return isObject(value) ? draftOf(value) : value
}

function isDraft(value: DraftValue | undefined): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at `key`, if there is one. */
export function draftAt(draft: Draft | undefined, key: string): Draft | undefined {
  const value = draft?.[key]
  return isDraft(value) ? value : undefined
}

/** The object at `key`, which is made when it is missing. */
export function ensureAt(draft: Draft, key: string): Draft {
  const found = draftAt(draft, key)
  if (found !== undefined) return found
  const made: Draft = {}
  draft[key] = made
  return made
}

/** The objects in the list at `key`. */
export function draftsAt(draft: Draft | undefined, key: string): readonly Draft[] {
  const value = draft?.[key]
  return Array.isArray(value) ? value.filter(isDraft) : []
}

/** Sets each value whose key is not there yet. */
export function setDefaults(draft: Draft, values: Readonly<Record<string, DraftValue>>): void {
  for (const [key, value] of Object.entries(values)) {
    if (draft[key] === undefined || draft[key] === null) draft[key] = value
  }
}
