import { status } from '@grpc/grpc-js'
import {
  ActorKind,
  chooseInput,
  event,
  inputId,
  record,
  secretNamesOf,
  streams,
  type AnyEvent,
  type ClusterInputRef,
  type KnownInput,
  type ListSecretsRequest,
  type ListSecretsResponse,
  type SecretView,
  type SetSecretRequest,
  type UnsetSecretRequest,
} from '@tidemark/contracts'
import { encodeValues, type Surroundings } from '@tidemark/service'
import type { Identity } from '../ports.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { appendRequest } from '../steps/append-request.ts'
import { ApiError } from './api-error.ts'
import { newestOfCluster } from './newest-of-cluster.ts'
import type { Accepted } from './write-api.ts'

const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/u // Of a Kubernetes object.
const KEY = /^[-._a-zA-Z0-9]{1,253}$/u // Of a Secret's data.
const BYTES_MAX = 1024 * 1024 // What the API server takes of one Secret.
const KEYS_MAX = 256

/**
 * Values of Secrets that Flux objects name, for where their cluster has none. They go into a sealed blob and are
 * never given back: what can be listed is names and keys.
 */
export class SecretApi {
  readonly #model: ReadModel
  readonly #surroundings: Surroundings

  constructor(model: ReadModel, surroundings: Surroundings) {
    this.#model = model
    this.#surroundings = surroundings
  }

  async set(request: SetSecretRequest, identity: Identity): Promise<Accepted> {
    const ref = refOf(request)
    const values = readValues(request)
    const project = await this.#projectOf(ref)
    const requestId = this.#requestId(request)
    const blob = await this.#surroundings.blobs.put(encodeValues(values))
    const past = await this.#surroundings.store.readStream(streams.secret(ref), 0n)
    const last = past.at(-1)
    const before = last === undefined ? undefined : record(last)?.event
    if (last !== undefined && before?.type === 'SecretSet' && before.value.blob === blob)
      return { requestId, position: last.position }
    const keys = [...values.keys()].toSorted()
    const set = event('SecretSet', { secret: ref, blob, keys })
    return await this.#append({ ref, set, project, identity, requestId })
  }

  async unset(request: UnsetSecretRequest, identity: Identity): Promise<Accepted> {
    const ref = refOf(request)
    if (this.#model.inputs.get(ref).set === undefined)
      throw new ApiError(
        status.NOT_FOUND,
        `no values are set for ${ref.namespace}/${ref.name} of cluster ${ref.cluster}; see tidemark secret list`,
      )
    const project = await this.#projectOf(ref)
    const requestId = this.#requestId(request)
    const set = event('SecretUnset', { secret: ref })
    return await this.#append({ ref, set, project, identity, requestId })
  }

  list({ cluster }: ListSecretsRequest): ListSecretsResponse {
    const secrets = this.#model.inputs
      .all()
      .filter(({ ref, set, requested }) => {
        const isShown = requested || set !== undefined
        return isShown && ref.kind === 'Secret' && (cluster === '' || ref.cluster === cluster)
      })
      .toSorted((left, right) => (inputId(left.ref) < inputId(right.ref) ? -1 : 1))
    return { secrets: secrets.map((known) => this.#view(known)) }
  }

  #view(known: KnownInput): SecretView {
    const { ref, set, setAtUs, observed } = known
    const { cluster, namespace, name } = ref
    const choice = chooseInput(known)
    return {
      cluster,
      namespace,
      name,
      used: choice.kind === 'found' ? choice.from : '',
      setKeys: [...(set?.keys ?? [])],
      setAtMs: set === undefined ? 0n : setAtUs / 1000n,
      clusterKeys: [...(observed?.keys ?? [])],
      message: observed?.message ?? '',
      sources: this.#sourcesOf(ref),
    }
  }

  #sourcesOf({ cluster, namespace, name }: ClusterInputRef): string[] {
    return [...this.#model.sources.values()]
      .filter(
        ({ declared, objects }) =>
          declared !== undefined &&
          [...secretNamesOf(declared).values()].includes(name) &&
          objects.some((object) => object.cluster === cluster && object.namespace === namespace),
      )
      .map(({ id }) => id)
      .toSorted()
  }

  async #projectOf({ cluster }: ClusterInputRef): Promise<string> {
    const types = ['ClusterRegistered', 'ClusterRemoved'] as const
    const { known } = await newestOfCluster(this.#surroundings, cluster, types)
    if (known?.event.type === 'ClusterRegistered') return known.event.value.project
    throw new ApiError(
      status.NOT_FOUND,
      `there is no cluster ${cluster}; see tidemark get clusters`,
    )
  }

  #requestId({ requestId }: { readonly requestId: string }): string {
    return requestId || this.#surroundings.random.uuid()
  }

  async #append({
    ref,
    set,
    project,
    identity,
    requestId,
  }: {
    readonly ref: ClusterInputRef
    readonly set: AnyEvent
    readonly project: string
    readonly identity: Identity
    readonly requestId: string
  }): Promise<Accepted> {
    const { name, issuer } = identity
    const position = await appendRequest(this.#surroundings, {
      caller: { kind: ActorKind.ACTOR_KIND_PERSON, name, issuer },
      stream: streams.secret(ref),
      event: set,
      project,
      cluster: ref.cluster,
      requestId,
    })
    return { requestId, position }
  }
}

function refOf({ cluster, namespace, name }: Omit<ClusterInputRef, 'kind'>): ClusterInputRef {
  for (const [what, text] of Object.entries({ cluster, namespace, name }))
    if (!NAME.test(text))
      throw invalid(`'${text}' is no ${what}: lower-case letters, digits, - and ., at most 253`)
  return { cluster, kind: 'Secret', namespace, name }
}

/** Messages name keys and sizes, never a value. */
function readValues({ values }: SetSecretRequest): ReadonlyMap<string, Uint8Array> {
  if (values.length === 0) throw invalid('give at least one value: KEY=VALUE, or a file for a key')
  if (values.length > KEYS_MAX) throw invalid(`a Secret has at most ${KEYS_MAX} keys here`)
  const read = new Map<string, Uint8Array>()
  for (const { key, value } of values) {
    if (!KEY.test(key))
      throw invalid(`'${key.slice(0, 64)}' is no key of a Secret: letters, digits, -, _ and .`)
    if (read.has(key)) throw invalid(`the key ${key} is given twice`)
    read.set(key, value)
  }
  const bytes = values.reduce((sum, { value }) => sum + value.length, 0)
  if (bytes > BYTES_MAX) throw invalid(`a Secret has at most ${BYTES_MAX} bytes; this has ${bytes}`)
  return read
}

function invalid(message: string): ApiError {
  return new ApiError(status.INVALID_ARGUMENT, message)
}
