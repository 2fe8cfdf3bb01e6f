import { isObject, type Json, type MutableObject } from '../json.ts'

/** Applies a JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function applyMergePatch(value: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const out: MutableObject = isObject(value) ? { ...value } : {}
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete out[key]
    else out[key] = applyMergePatch(out[key], change)
  }
  return out
}
