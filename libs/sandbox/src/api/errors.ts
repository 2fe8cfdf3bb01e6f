import type { Json, JsonObject } from '../json.ts'

/** What the API server answers instead of the object: a `Status` of kind Failure. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly details: JsonObject | undefined

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  status(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    }
  }
}

/** What a message names: `deployments.apps "web"`, and the same in details. */
export interface Subject {
  readonly group: string
  readonly resource: string
  readonly kind: string
}

/** One complaint about one field, as `field.Error` of the API server. */
export interface FieldError {
  readonly field: string
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong'
    | 'FieldValueNotFound'
  readonly message: string
}

export function required(field: string, detail = ''): FieldError {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`
  return { field, reason: 'FieldValueRequired', message }
}

export function invalid(field: string, value: Json, detail: string): FieldError {
  const message = `Invalid value: ${JSON.stringify(value)}: ${detail}`
  return { field, reason: 'FieldValueInvalid', message }
}

export function forbidden(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${detail}` }
}

export function duplicate(field: string, value: Json): FieldError {
  const message = `Duplicate value: ${JSON.stringify(value)}`
  return { field, reason: 'FieldValueDuplicate', message }
}

export function notSupported(field: string, value: Json, allowed: readonly string[]): FieldError {
  const list = allowed.toSorted().map((item) => JSON.stringify(item))
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list.join(', ')}`
  return { field, reason: 'FieldValueNotSupported', message }
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

/** A path of the API that is not served. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})
}

export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(
    404,
    'NotFound',
    `${qualified(subject)} ${JSON.stringify(name)} not found`,
    detailsOf(subject, name),
  )
}

export function alreadyExists(subject: Subject, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${qualified(subject)} ${JSON.stringify(name)} already exists`,
    detailsOf(subject, name),
  )
}

export function conflict(subject: Subject, name: string, why: string): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject)} ${JSON.stringify(name)}: ${why}`,
    detailsOf(subject, name),
  )
}

export const MODIFIED: string =
  'the object has been modified; please apply your changes to the latest version and try again'

export function forbiddenRequest(subject: Subject, name: string, why: string): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${qualified(subject)} ${JSON.stringify(name)} is forbidden: ${why}`,
    detailsOf(subject, name),
  )
}

/** The object breaks rules: all of them are named. */
export function invalidObject(
  subject: Subject,
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const lines = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))]
  const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`
  const what = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return new ApiError(422, 'Invalid', `${kind} ${JSON.stringify(name)} is invalid: ${what}`, {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.kind,
    causes: errors.map(({ field, reason, message }) => ({ reason, message, field })),
  })
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  )
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message)
}

function qualified(subject: Subject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`
}

function detailsOf(subject: Subject, name: string): JsonObject {
  return {
    name,
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.resource,
  }
}
