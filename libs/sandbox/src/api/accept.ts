import { ApiError } from './errors.ts'

export type Shape = 'object' | 'table' | 'partial'

/** How an answer is to be written: the object, a table of its columns, or only its metadata. */
export interface Accepted {
  readonly shape: Shape
}

/**
 * The first form in an Accept header that is served here. Only JSON is.
 *
 * @throws ApiError 406 when none is.
 */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept.trim() === '') return { shape: 'object' }
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue
    const shape = shapeOf(new Map(parameters.map(parameterOf)))
    if (shape !== undefined) return { shape }
  }
  throw notAcceptable()
}

function parameterOf(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function shapeOf(parameters: ReadonlyMap<string, string>): Shape | undefined {
  const as = parameters.get('as')
  if (as === undefined) return 'object'
  const isMeta = parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1'
  if (!isMeta) return undefined
  if (as === 'Table') return 'table'
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    ? 'partial'
    : undefined
}

export function notAcceptable(): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json',
    {},
  )
}
