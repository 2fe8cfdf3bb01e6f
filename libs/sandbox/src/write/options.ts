import { type ApiError, badRequest, type FieldError, invalidObject } from '../api/errors.ts'
import type { ApiRequest } from '../api/request.ts'
import type { FieldValidation } from './decode.ts'

export interface WriteOptions {
  readonly manager: string
  readonly dryRun: boolean
  readonly validation: FieldValidation
  /** What the client is told beside the answer. */
  readonly warnings: string[]
  readonly subresource: Subresource
}

/** Through which door a write comes: the object itself, its status, or its scale. */
export type Subresource = '' | 'status' | 'scale'

const MANAGER_LENGTH_MAX = 128

/** The options of a write, which are parameters of its URL. */
export function writeOptions(request: ApiRequest, subresource: Subresource): WriteOptions {
  const manager = request.query.get('fieldManager') ?? ''
  if (manager.length > MANAGER_LENGTH_MAX) {
    throw badRequest(`fieldManager: Too long: may not be more than ${MANAGER_LENGTH_MAX} bytes`)
  }
  return {
    manager: manager === '' ? managerOfUserAgent(request.headers['user-agent']) : manager,
    dryRun: isDryRun(request.query),
    validation: fieldValidation(request.query),
    warnings: [],
    subresource,
  }
}

/** `kubectl/v1.32` is `kubectl`; without a user agent it is the server's word for one that has no name. */
function managerOfUserAgent(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/')[0] ?? ''
  return name === '' ? 'unknown' : name.slice(0, MANAGER_LENGTH_MAX)
}

export function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun')
  const wrong = values.find((value) => value !== 'All' && value !== '')
  if (wrong !== undefined) {
    const message = `Unsupported value: []string{${JSON.stringify(wrong)}}: supported values: "All"`
    throw invalidOptions({ field: 'dryRun', reason: 'FieldValueNotSupported', message })
  }
  return values.includes('All')
}

function fieldValidation(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') ?? ''
  if (value === 'Strict' || value === 'Ignore') return value
  if (value === '' || value === 'Warn') return 'Warn'
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
  )
}

function invalidOptions(error: FieldError): ApiError {
  const subject = { group: 'meta.k8s.io', resource: '', kind: 'WriteOptions' }
  return invalidObject(subject, '', [error])
}
