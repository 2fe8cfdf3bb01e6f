import { type GoSlice, GoBytes, isList, itemsOf, STRING_SLICE, type Value } from '../values.ts'
import { toText } from './cast.ts'

/** `strslice` of sprig: the texts of a list, nil left out; of anything else, its own text. */
export function toTexts(value: Value): string[] {
  if (value === null || value === undefined) return []
  if (!isList(value)) return [toText(value)]
  if (isTextList(value)) return value.items.map(toText)
  return itemsOf(value)
    .filter((item) => item !== null && item !== undefined)
    .map(toText)
}

export function isTextList(value: GoSlice | GoBytes): value is GoSlice {
  return !(value instanceof GoBytes) && value.type === STRING_SLICE
}
