import { type ApiError, badRequest } from '../api/errors.ts'
import { pruneUnknown, schemaOf, withSchemaDefaults } from '../custom/structural.ts'
import { draftOf } from '../draft.ts'
import { isObject, objectAt, withFields, type Json, type JsonObject } from '../json.ts'
import { rulesOf } from '../kinds/rules-table.ts'
import { objectMetaSchema } from '../schema/load.ts'
import { DecodeError, normalize } from '../schema/normalize.ts'
import type { Resource } from '../store/resource.ts'

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** JSON that nests deeper than this is refused before it is walked. */
const DEPTH_MAX = 512

/**
 * The object in a body.
 *
 * @throws ApiError 400 for text that is no JSON object.
 */
export function parseBody(body: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives nothing but Json.
  const json = value as Json
  if (!isObject(json)) {
    throw badRequest("couldn't get version/kind; json parse error: the body is not a JSON object")
  }
  checkShape(json, DEPTH_MAX)
  return json
}

/** The one key that no JavaScript object can hold as any other; a refusal is better than a loss. */
const IMPOSSIBLE_KEY = '__proto__'

function checkShape(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth === 0) throw badRequest('exceeded max depth')
  if (Object.hasOwn(value, IMPOSSIBLE_KEY)) {
    throw badRequest(`${IMPOSSIBLE_KEY} cannot be a key in a sandbox cluster`)
  }
  for (const item of Object.values<Json>(value)) checkShape(item, depth - 1)
}

/** What a written object is, after decoding: typed, without unknown fields, with the defaults of its version. */
export interface Decoded {
  readonly object: JsonObject
  /** `unknown field "spec.x"`, for each field that was dropped. */
  readonly complaints: readonly string[]
}

/**
 * Decodes and defaults an object as the API server does.
 *
 * @throws ApiError 400 for a value of the wrong type.
 */
export function decodeObject(resource: Resource, input: JsonObject): Decoded {
  try {
    return resource.custom === undefined
      ? decodeBuiltin(resource, input)
      : decodeCustom(resource.custom, input)
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(resource, error.message)
    throw error
  }
}

/** The API server's words for a body that is no object of the kind. */
function cannotBeHandled({ kind, version }: Resource, why: string): ApiError {
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`,
  )
}

export function strictError(resource: Resource, complaints: readonly string[]): ApiError {
  return cannotBeHandled(resource, `strict decoding error: ${complaints.join(', ')}`)
}

function decodeBuiltin(resource: Resource, input: JsonObject): Decoded {
  const { object, unknown } = normalize(input, resource.schema)
  return { object: withDefaults(resource, object), complaints: unknown.map(unknownField) }
}

function unknownField(path: string): string {
  return `unknown field ${JSON.stringify(path)}`
}

function withDefaults(resource: Resource, object: JsonObject): JsonObject {
  const { setDefaults } = rulesOf(resource.storageKey)
  if (setDefaults === undefined) return object
  const draft = draftOf(object)
  setDefaults(draft)
  return draft
}

function decodeCustom(version: JsonObject, input: JsonObject): Decoded {
  const metadata = normalize(objectAt(input, 'metadata'), objectMetaSchema())
  const schema = schemaOf(version)
  const pruned = pruneUnknown(withFields(input, { metadata: metadata.object }), schema)
  const unknown = [...metadata.unknown.map((path) => `metadata.${path}`), ...pruned.unknown]
  const defaulted = schema === undefined ? pruned.object : withSchemaDefaults(pruned.object, schema)
  return {
    object: isObject(defaulted) ? defaulted : pruned.object,
    complaints: unknown.map(unknownField),
  }
}

/** What is stored is shown in the version that was asked for. */
export function inVersion(object: JsonObject, apiVersion: string): JsonObject {
  return object['apiVersion'] === apiVersion ? object : { ...object, apiVersion }
}
