import { field, isJsonObject, isSecret, type Json, type JsonObject } from '@tidemark/manifests'

/** What the API server sets; a manifest that was exported from a cluster has it, and would be refused for it. */
const SET_BY_SERVER: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
])

/**
 * The object as it is sent (as Flux: fluxcd/pkg ssa/normalize): without what only the API server may set, without a status
 * (but for definitions), and a Secret's `stringData` in `data`: the server forgets who owned `stringData`, so a key that
 * left Git would stay (kubernetes/kubernetes#108008). With `uid`, an object that is gone by now is a conflict, and is
 * not brought back.
 */
export function sentObject(desired: JsonObject, uid: string | undefined): JsonObject {
  const kept = Object.entries(desired).filter(([key]) => key !== 'status' || isDefinition(desired))
  const object = Object.fromEntries([
    ...kept,
    ['metadata', sentMetadata(field(desired, 'metadata'), uid)],
  ])
  return isSecret(object) ? withoutStringData(object) : object
}

function sentMetadata(metadata: Json | undefined, uid: string | undefined): JsonObject {
  if (!isJsonObject(metadata)) return {}
  const kept = Object.entries(metadata).filter(([key]) => !SET_BY_SERVER.has(key))
  return Object.fromEntries(uid === undefined ? kept : [...kept, ['uid', uid]])
}

function withoutStringData(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret
  if (!isJsonObject(stringData)) return secret
  const data = field(secret, 'data')
  const texts = Object.entries(stringData).map(([key, value]) => [key, encoded(value)] as const)
  return { ...rest, data: { ...(isJsonObject(data) ? data : {}), ...Object.fromEntries(texts) } }
}

/** What is no text is left as it is: the API server refuses it and names the field. */
function encoded(value: Json): Json {
  return typeof value === 'string' ? Buffer.from(value, 'utf8').toString('base64') : value
}

function isDefinition(object: JsonObject): boolean {
  return field(object, 'kind') === 'CustomResourceDefinition'
}
