import type { Clock, Random } from '@tidemark/kernel'

import type { ClusterAccess } from './access.ts'
import type {
  ApplyOptions,
  DeleteAnswer,
  DeleteOptions,
  FollowOptions,
  GetAnswer,
  ListAnswer,
  Selection,
  WriteAnswer,
} from './answers.ts'
import { discover, type Resource, type Resources } from './discovery.ts'
import { ClusterConflict, ListExpired } from './errors.ts'
import { follow, type FollowEvent } from './follow.ts'
import {
  isObject,
  type KindRef,
  type KubeObject,
  listAt,
  type ObjectRef,
  refName,
  textAt,
} from './kube-object.ts'
import { collectionPath, objectPath, queryString } from './paths.ts'
import { type Refused, refusalOf, refused } from './refusal.ts'
import { type Impersonation, impersonationHeaders } from './impersonation.ts'
import type { RequestCounter } from './request-counter.ts'
import { Wire, type WireAnswer } from './wire.ts'

export interface KubeClientOptions {
  /** How messages name the cluster. */
  readonly cluster: string
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly random: Random
  /** Connections for requests, 1 to 100; each carries one request at a time. Watches have their own. */
  readonly connectionsMax?: number
  /** Acts as this user (`system:serviceaccount:shop:deployer`); an empty name is refused. */
  readonly impersonate?: Impersonation
}

const CONNECTIONS = 8 // What the API server takes from one Node process at full speed; 16 is slower.
const CONNECTIONS_MAX = 100
const PAGE_SIZE = 500 // What kubectl asks for.
const PAGES_MAX = 2_000 // A million objects of one kind.
const REDISCOVER_MS = 5_000 // An unknown kind asks again, but a thousand of them ask once.

/**
 * One API server: discovery, reading, server-side apply, deleting and watching, with no policy of its own. "No" is a
 * value (`Refused`), "no answer" is an operating error; nothing is retried here but what `Wire` says. Methods take
 * at most one connection each and end with their signal.
 */
export class KubeClient implements AsyncDisposable {
  readonly #wire: Wire
  readonly #clock: Clock
  readonly #random: Random
  #resources: { readonly at: number; readonly value: Promise<Resources> } | undefined

  constructor(options: KubeClientOptions) {
    const { cluster, access, clock, random, connectionsMax = CONNECTIONS } = options
    if (connectionsMax < 1 || connectionsMax > CONNECTIONS_MAX)
      throw new RangeError(`connectionsMax is 1 to ${CONNECTIONS_MAX}, not ${connectionsMax}`)
    const headers = impersonationHeaders(options.impersonate)
    this.#wire = new Wire({ cluster, access, clock, connectionsMax, headers })
    this.#clock = clock
    this.#random = random
  }

  get cluster(): string {
    return this.#wire.cluster
  }

  /** What this client has cost the API server so far. */
  get requests(): RequestCounter {
    return this.#wire.requests
  }

  /** What the server serves; asked once and kept until `forgetResources`. */
  resources(signal: AbortSignal): Promise<Resources> {
    if (this.#resources !== undefined) return this.#resources.value
    const entry = { at: this.#clock.monotonic(), value: discover(this.#wire, signal) }
    this.#resources = entry
    entry.value.catch(() => {
      if (this.#resources === entry) this.#resources = undefined // A failure is not kept.
    })
    return entry.value
  }

  /** The next question asks the server again: after a definition was written or removed. */
  forgetResources(): void {
    this.#resources = undefined
  }

  /** How a kind is served, or undefined. An unknown kind asks the server again, at most every 5 s. */
  async resource(kind: KindRef, signal: AbortSignal): Promise<Resource | undefined> {
    const known = (await this.resources(signal)).find(kind)
    const asked = this.#resources?.at ?? -Infinity
    if (known !== undefined || this.#clock.monotonic() - asked < REDISCOVER_MS) return known
    this.forgetResources()
    return (await this.resources(signal)).find(kind)
  }

  /** The server's version, such as `v1.36.3`. */
  async version(signal: AbortSignal): Promise<string> {
    const answer = await this.#wire.send(
      { verb: 'discover', method: 'GET', path: '/version', doing: 'read the version' },
      signal,
    )
    return textAt(JSON.parse(answer.text), 'gitVersion')
  }

  async get(ref: ObjectRef, signal: AbortSignal): Promise<GetAnswer> {
    const path = await this.#pathOf(ref, signal)
    if (typeof path !== 'string') return path
    const doing = `read ${refName(ref)}`
    const answer = await this.#wire.send({ verb: 'get', method: 'GET', path, doing }, signal)
    if (answer.status === 404) return { kind: 'absent' }
    if (answer.status !== 200) return refusalOf(answer.status, answer.text)
    return { kind: 'found', object: JSON.parse(answer.text) }
  }

  /** All objects of a kind, page by page. Throws `ListExpired` when the server's snapshot ends first. */
  async list(kind: KindRef, selection: Selection, signal: AbortSignal): Promise<ListAnswer> {
    const resource = await this.resource(kind, signal)
    return resource === undefined ? notServed(kind) : this.#list(resource, selection, signal)
  }

  async #list(resource: Resource, selection: Selection, signal: AbortSignal): Promise<ListAnswer> {
    const doing = `list ${resource.plural}`
    const objects: KubeObject[] = []
    let next: string | undefined
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { ...selectors(selection), limit: String(PAGE_SIZE), continue: next }
      const path = `${collectionPath(resource, selection.namespace ?? '')}${queryString(query)}`
      const answer = await this.#wire.send({ verb: 'list', method: 'GET', path, doing }, signal)
      if (answer.status === 410) throw new ListExpired(this.cluster, doing)
      if (answer.status !== 200) return refusalOf(answer.status, answer.text)
      const list: KubeObject = JSON.parse(answer.text)
      for (const item of listAt(list, 'items'))
        if (isObject(item)) objects.push(typed(item, resource))
      next = textAt(list, 'metadata', 'continue') || undefined
      if (next === undefined)
        return {
          kind: 'listed',
          objects,
          resourceVersion: textAt(list, 'metadata', 'resourceVersion'),
        }
    }
    return refused('too-large', `more than ${PAGES_MAX * PAGE_SIZE} ${resource.plural}`)
  }

  /**
   * Follows all objects of a kind until the signal is aborted: first what there is, then every change. See
   * `FollowEvent` for what interruptions look like. A change to a version that `isKnown` may be left out: the answer to
   * a write has told of it already.
   */
  follow(
    kind: KindRef,
    { isKnown, ...selection }: FollowOptions,
    signal: AbortSignal,
  ): AsyncGenerator<FollowEvent, void, undefined> {
    return follow(
      {
        wire: this.#wire,
        clock: this.#clock,
        random: this.#random,
        resource: () => this.resource(kind, signal),
        list: (resource) => this.#list(resource, selection, signal),
        path: (resource, query) =>
          `${collectionPath(resource, selection.namespace ?? '')}${queryString({ ...selectors(selection), ...query })}`,
        isKnown,
      },
      signal,
    )
  }

  /**
   * Server-side apply of one object. `body` is the object as JSON; its identity MUST be `ref`. With a `uid` or
   * `resourceVersion` in the body, another one on the cluster is a `ClusterConflict`.
   */
  async apply(
    target: { readonly ref: ObjectRef; readonly body: string },
    options: ApplyOptions,
    signal: AbortSignal,
  ): Promise<WriteAnswer> {
    const path = await this.#pathOf(target.ref, signal)
    if (typeof path !== 'string') return path
    const isDry = options.dryRun === 'server'
    const query = queryString({
      fieldManager: options.fieldManager,
      force: options.conflicts === 'taken' ? 'true' : 'false',
      dryRun: isDry ? 'All' : undefined,
      // An apply refuses unknown fields whatever this says. All that it asks for here is that the server reads the body a
      // second time, for keys that are there twice: JSON that was written by code has none.
      fieldValidation: 'Ignore',
    })
    const doing = `apply ${refName(target.ref)}`
    const answer = await this.#wire.send(
      {
        verb: isDry ? 'apply-dry-run' : 'apply',
        method: 'PATCH',
        path: `${path}${query}`,
        body: target.body,
        contentType: 'application/apply-patch+yaml',
        doing,
      },
      signal,
    )
    return this.#written(answer, doing)
  }

  /** Creates an object, or is refused as `already-exists`. */
  async create(
    target: { readonly ref: ObjectRef; readonly body: string },
    signal: AbortSignal,
  ): Promise<WriteAnswer> {
    const resource = await this.resource(target.ref, signal)
    if (resource === undefined) return notServed(target.ref)
    const path = collectionPath(resource, target.ref.namespace)
    const doing = `create ${refName(target.ref)}`
    const answer = await this.#wire.send(
      {
        verb: 'create',
        method: 'POST',
        path,
        body: target.body,
        contentType: 'application/json',
        doing,
      },
      signal,
    )
    return this.#written(answer, doing)
  }

  /** A JSON Patch (RFC 6902) of one object, of its status too where `subresource` says so. */
  async patch(
    target: {
      readonly ref: ObjectRef
      readonly operations: string
      readonly subresource?: 'status' | 'scale'
    },
    options: { readonly fieldManager: string },
    signal: AbortSignal,
  ): Promise<WriteAnswer> {
    const path = await this.#pathOf(target.ref, signal)
    if (typeof path !== 'string') return path
    const below = target.subresource === undefined ? '' : `/${target.subresource}`
    const doing = `patch ${refName(target.ref)}`
    const answer = await this.#wire.send(
      {
        verb: 'patch',
        method: 'PATCH',
        path: `${path}${below}${queryString(options)}`,
        body: target.operations,
        contentType: 'application/json-patch+json',
        doing,
      },
      signal,
    )
    return this.#written(answer, doing)
  }

  /** Deletes one object. It may live on until its finalizers are done. */
  async delete(ref: ObjectRef, options: DeleteOptions, signal: AbortSignal): Promise<DeleteAnswer> {
    const path = await this.#pathOf(ref, signal)
    if (typeof path !== 'string') return path
    const { uid, resourceVersion, propagation = 'Background' } = options
    const doing = `delete ${refName(ref)}`
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation,
      preconditions: { uid, resourceVersion },
    })
    const contentType = 'application/json'
    const request = { verb: 'delete', method: 'DELETE', path, body, contentType, doing } as const
    const answer = await this.#wire.send(request, signal)
    if (answer.status === 404) return { kind: 'absent' }
    if (answer.status === 409)
      throw new ClusterConflict(this.cluster, doing, refusalOf(409, answer.text).message)
    return answer.status < 300 ? { kind: 'deleted' } : refusalOf(answer.status, answer.text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire[Symbol.asyncDispose]()
  }

  #written(answer: WireAnswer, doing: string): WriteAnswer {
    if (answer.status < 300) {
      const was = answer.status === 201 ? 'absent' : 'present'
      return { kind: 'written', was, object: JSON.parse(answer.text) }
    }
    const no = refusalOf(answer.status, answer.text)
    if (answer.status === 409 && no.reason === 'other')
      throw new ClusterConflict(this.cluster, doing, no.message)
    return no
  }

  async #pathOf(ref: ObjectRef, signal: AbortSignal): Promise<string | Refused> {
    const resource = await this.resource(ref, signal)
    if (resource === undefined) return notServed(ref)
    if (resource.scope === 'namespaced' && ref.namespace === '')
      return refused(
        'invalid',
        `${refName(ref)} has no namespace, and ${resource.plural} live in one`,
      )
    return objectPath(resource, ref.namespace, ref.name)
  }
}

function notServed({ group, version, kind }: KindRef): Refused {
  const apiVersion = group === '' ? version : `${group}/${version}`
  return refused(
    'kind-not-served',
    `the cluster has no kind ${kind} in ${apiVersion}; is its definition installed?`,
  )
}

function selectors({
  labelSelector,
  fieldSelector,
}: Selection): Readonly<Record<string, string | undefined>> {
  return { labelSelector, fieldSelector }
}

/** Items of a list have no kind of their own on the wire. */
function typed(item: KubeObject, { group, version, kind }: Resource): KubeObject {
  if (item['kind'] !== undefined) return item
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...item }
}
