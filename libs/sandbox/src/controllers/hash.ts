import { canonicalJson, type Json } from '../json.ts'
import { safeName } from '../write/names.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** A short name for a template, equal for equal templates (FNV-1a over canonical JSON, as ReplicaSets are named). */
export function templateHash(template: Json): string {
  let hash = FNV_OFFSET
  for (const byte of Buffer.from(canonicalJson(template))) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0
  }
  return safeName(hash)
}
