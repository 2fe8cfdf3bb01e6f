/** One request of a scenario. `body` is sent as JSON unless it is text. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly type?: string
  readonly accept?: string
  readonly body?: unknown
  /** Not compared: it prepares what follows, and is repeated until this status comes. */
  readonly until?: number
  /** Only the status and the code of the answer are compared: its words depend on the decoder. */
  readonly loosely?: boolean
}

export interface Scenario {
  readonly name: string
  readonly steps: readonly Step[]
}

const APPLY = 'application/apply-patch+yaml'

export interface ApplyOptions {
  readonly manager?: string
  readonly force?: boolean
  readonly dryRun?: boolean
  readonly validation?: string
}

/** A server-side apply by `manager` (`alice` unless said). */
export function apply(path: string, body: unknown, options: ApplyOptions = {}): Step {
  const query = new URLSearchParams({ fieldManager: options.manager ?? 'alice' })
  if (options.force === true) query.set('force', 'true')
  if (options.dryRun === true) query.set('dryRun', 'All')
  if (options.validation !== undefined) query.set('fieldValidation', options.validation)
  return { method: 'PATCH', path: `${path}?${query.toString()}`, type: APPLY, body }
}

export function get(path: string): Step {
  return { method: 'GET', path }
}

export function create(path: string, body: unknown, query = 'fieldManager=creator'): Step {
  return { method: 'POST', path: `${path}?${query}`, type: 'application/json', body }
}

export function put(path: string, body: unknown, query = 'fieldManager=replacer'): Step {
  return { method: 'PUT', path: `${path}?${query}`, type: 'application/json', body }
}

export type PatchKind = 'json-patch' | 'merge-patch' | 'strategic-merge-patch'

export function patch(path: string, kind: PatchKind, body: unknown): Step {
  return {
    method: 'PATCH',
    path: `${path}?fieldManager=patcher`,
    type: `application/${kind}+json`,
    body,
  }
}

export function remove(path: string, body?: unknown): Step {
  return {
    method: 'DELETE',
    path,
    ...(body === undefined ? {} : { type: 'application/json', body }),
  }
}
