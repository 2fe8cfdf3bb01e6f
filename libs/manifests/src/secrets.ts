import { canonicalJson } from './canonical-json.ts'
import { field, isJsonObject, type Json, type JsonObject } from './json.ts'

const MASK = '[secret]'
const SECRET_FIELDS = ['data', 'stringData'] as const

/** Written by `kubectl apply`: the whole object, values included, as text. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Whether an object is a Secret, whose values no output may show. */
export function isSecret(object: JsonObject): boolean {
  return field(object, 'kind') === 'Secret' && field(object, 'apiVersion') === 'v1'
}

/** The object with each Secret value replaced by `[secret]`; any other object is returned as it is. */
export function redactSecret(object: JsonObject): JsonObject {
  return replaceSecretValues(object, () => MASK)
}

/**
 * The object with each value of a Secret (and kubectl's copy of them) replaced by `replace` of its text. Any other
 * object is returned as it is.
 */
export function replaceSecretValues(
  object: JsonObject,
  replace: (text: string) => string,
): JsonObject {
  if (!isSecret(object)) return object
  const masked = SECRET_FIELDS.filter((name) => Object.hasOwn(object, name)).map((name) => [
    name,
    replaceValues(object[name] ?? null, replace),
  ])
  return { ...object, ...Object.fromEntries(masked), ...maskedMetadata(object, replace) }
}

function replaceValues(values: Json, replace: (text: string) => string): Json {
  if (!isJsonObject(values)) return values === null ? null : replace(textOf(values))
  const entries = Object.entries(values).map(
    ([key, value]) => [key, replace(textOf(value))] as const,
  )
  return Object.fromEntries(entries)
}

function maskedMetadata(object: JsonObject, replace: (text: string) => string): JsonObject {
  const copy = field(object, 'metadata', 'annotations', LAST_APPLIED)
  const metadata = field(object, 'metadata')
  const annotations = field(metadata, 'annotations')
  if (copy === undefined || !isJsonObject(metadata) || !isJsonObject(annotations)) return {}
  const masked = { ...annotations, [LAST_APPLIED]: replace(textOf(copy)) }
  return { metadata: { ...metadata, annotations: masked } }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}
