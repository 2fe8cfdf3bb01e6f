import { badRequest } from '../api/errors.ts'
import type { JsonObject } from '../json.ts'
import { parseBody } from './decode.ts'
import type { WriteOptions } from './options.ts'

/**
 * The configuration in the body of an apply. Its media type allows YAML, of which JSON is a part; the sandbox reads
 * the JSON part only, which is what client libraries and kubectl send.
 *
 * @throws ApiError 400 for anything else.
 */
export function parseApplyBody(body: string, _options: WriteOptions): JsonObject {
  if (!body.trimStart().startsWith('{')) {
    throw badRequest('error decoding YAML: the sandbox reads apply configurations in JSON only')
  }
  return parseBody(body)
}
