import type { JsonObject } from '../json.ts'

/** Only the metadata of an object: what rows of tables carry, and what `PartialObjectMetadata` asks for. */
export function partial(object: JsonObject): JsonObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object['metadata'] ?? {},
  }
}
