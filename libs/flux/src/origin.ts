import { isRecord } from './fields.ts'
import { textOf } from './flux-object.ts'

/** The file that a Flux object comes from, kept on it while it is inside Tidemark. */
export const ORIGIN_ANNOTATION = 'tidemark.dev/origin'

/** The file that a rendered Flux object comes from, from the root of its source; empty where none is known. */
export function originOf(object: unknown): string {
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {}
  const annotations = isRecord(metadata['annotations']) ? metadata['annotations'] : {}
  return textOf(annotations[ORIGIN_ANNOTATION])
}
