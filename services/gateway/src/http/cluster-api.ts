import { status } from '@grpc/grpc-js'
import {
  ActorKind,
  applicationId,
  applicationPath,
  event,
  streams,
  type AnyEvent,
  type ClusterRegistered,
  type DeclareRootRequest,
  type DeclareRootResponse,
  type KeyValue,
  type RegisterClusterRequest,
  type RemoveClusterRequest,
  type RemoveClusterResponse,
  type RootDeclared,
} from '@tidemark/contracts'
import { describeProblems, readGitRepository, readKustomization } from '@tidemark/flux'
import type { Surroundings } from '@tidemark/service'
import type { Identity } from '../ports.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { appendRequest } from '../steps/append-request.ts'
import { ApiError } from './api-error.ts'
import { newestOfCluster } from './newest-of-cluster.ts'

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/u
const NAMESPACE = 'flux-system'
const LABEL = /^[a-zA-Z0-9]([a-zA-Z0-9./_-]{0,250}[a-zA-Z0-9])?$/u
const VARIABLE = /^[_a-zA-Z][_a-zA-Z0-9]*$/u
const NAMED_MAX = 8 // As many as a message can hold.

/** The clusters that are delivered to, and what each is fed from. */
export class ClusterApi {
  readonly #model: ReadModel
  readonly #surroundings: Surroundings

  constructor(model: ReadModel, surroundings: Surroundings) {
    this.#model = model
    this.#surroundings = surroundings
  }

  async register(
    request: RegisterClusterRequest,
    identity: Identity,
  ): Promise<{ readonly position: bigint }> {
    const { cluster, access } = request
    const project = request.project || 'default'
    if (!NAME.test(cluster))
      throw invalid(
        `'${cluster}' is no name of a cluster: lower-case letters, digits and -, at most 63`,
      )
    const { known, version } = await newestOfCluster(this.#surroundings, cluster, [
      'ClusterRegistered',
      'ClusterRemoved',
    ])
    const before = known?.event.type === 'ClusterRegistered' ? known.event.value : undefined
    const labels = readPairs(request.labels, LABEL) ?? before?.labels ?? []
    const variables = readPairs(request.variables, VARIABLE) ?? before?.variables ?? []
    const registered = event('ClusterRegistered', { cluster, access, project, labels, variables })
    if (known !== undefined && isSameCluster(before, registered.value))
      return { position: known.position }
    return await this.#append(identity, { cluster, project, version, event: registered })
  }

  /** Nothing on the cluster is touched: it is no longer looked after. */
  async remove(request: RemoveClusterRequest, identity: Identity): Promise<RemoveClusterResponse> {
    const { cluster, reason, withApplications } = request
    if (reason === '') throw invalid('say why: --reason')
    const { known, version } = await newestOfCluster(this.#surroundings, cluster, [
      'ClusterRegistered',
      'ClusterRemoved',
    ])
    if (known?.event.type !== 'ClusterRegistered') throw this.#noCluster(cluster)
    const delivered = this.#deliveredTo(cluster)
    if (delivered.length > 0 && !withApplications) throw stillDelivered(cluster, delivered)
    const removed = event('ClusterRemoved', { cluster, reason })
    const { project } = known.event.value
    const { position } = await this.#append(identity, { cluster, project, version, event: removed })
    return { position, applications: [...delivered] }
  }

  async declareRoot(request: DeclareRootRequest, identity: Identity): Promise<DeclareRootResponse> {
    const { cluster } = request
    const project = request.project || 'default'
    const source = rootSource(request)
    const application = rootApplication(request)
    const problems = [readGitRepository(source), readKustomization(application)].flatMap((read) =>
      read.kind === 'refused' ? read.problems : [],
    )
    if (problems.length > 0) throw invalid(describeProblems('root', problems))
    const sourceJson = Buffer.from(JSON.stringify(source), 'utf8')
    const applicationJson = Buffer.from(JSON.stringify(application), 'utf8')
    const id = { cluster, namespace: NAMESPACE, kind: 'Kustomization', name: NAMESPACE }
    const declared = event('RootDeclared', { cluster, project, sourceJson, applicationJson })
    const { known, version } = await newestOfCluster(this.#surroundings, cluster, [
      'RootDeclared',
      'RootWithdrawn',
      'ClusterRemoved',
    ])
    if (known?.event.type === 'RootDeclared' && isSameRoot(known.event.value, declared.value))
      return { position: known.position, applicationId: applicationId(id) }
    const { position } = await this.#append(identity, {
      cluster,
      project,
      version,
      event: declared,
    })
    return { position, applicationId: applicationId(id) }
  }

  /** What Git delivers there: applications beside the root, and the root where it has objects of its own. */
  #deliveredTo(cluster: string): readonly string[] {
    return this.#model
      .present()
      .filter((state) => state.cluster === cluster)
      .filter(
        ({ parentId, releases }) => parentId !== '' || (releases.at(-1)?.objectCount ?? 0) > 0,
      )
      .map(({ id }) => id)
  }

  #noCluster(cluster: string): ApiError {
    const names = [...this.#model.clusters.keys()].toSorted()
    const there = names.length === 0 ? 'there is none' : `there are: ${names.join(', ')}`
    return new ApiError(status.NOT_FOUND, `there is no cluster ${cluster}; ${there}`)
  }

  async #append(
    { name, issuer }: Identity,
    {
      cluster,
      project,
      version,
      event: asked,
    }: {
      readonly cluster: string
      readonly project: string
      readonly version: bigint
      readonly event: AnyEvent
    },
  ): Promise<{ readonly position: bigint }> {
    const position = await appendRequest(this.#surroundings, {
      caller: { kind: ActorKind.ACTOR_KIND_PERSON, name, issuer },
      stream: streams.cluster(cluster),
      expected: version,
      event: asked,
      project,
      cluster,
      requestId: this.#surroundings.random.uuid(),
    })
    return { position }
  }
}

/** Sorted by key, as events hold them; `undefined` where nothing is said, which keeps what was said before. */
function readPairs(pairs: readonly KeyValue[], name: RegExp): readonly KeyValue[] | undefined {
  if (pairs.length === 0) return undefined
  const sorted = pairs.toSorted((left, right) => (left.key < right.key ? -1 : 1))
  for (const [index, { key }] of sorted.entries()) {
    if (!name.test(key))
      throw invalid(`'${key.slice(0, 64)}' is no name: it must be like ${name.source}`)
    if (key === sorted[index - 1]?.key) throw invalid(`${key} is given twice`)
  }
  return sorted
}

function isSameCluster(one: ClusterRegistered | undefined, other: ClusterRegistered): boolean {
  return one !== undefined && textOfCluster(one) === textOfCluster(other)
}

function textOfCluster({ access, labels, variables }: ClusterRegistered): string {
  return JSON.stringify([access, labels, variables])
}

function stillDelivered(cluster: string, applications: readonly string[]): ApiError {
  const shown = applications.slice(0, NAMED_MAX).map(applicationPath).join(', ')
  const more = applications.length > NAMED_MAX ? ` and ${applications.length - NAMED_MAX} more` : ''
  return new ApiError(
    status.FAILED_PRECONDITION,
    `${applications.length} applications are still delivered to ${cluster}: ${shown}${more}; ` +
      'take them out of Git first, which deletes what they delivered, or say --with-applications: ' +
      'then all stays on the cluster as it is, and is no longer looked after',
  )
}

function isSameRoot(one: RootDeclared, other: RootDeclared): boolean {
  return (
    one.project === other.project &&
    Buffer.from(one.sourceJson).equals(other.sourceJson) &&
    Buffer.from(one.applicationJson).equals(other.applicationJson)
  )
}

function invalid(message: string): ApiError {
  return new ApiError(status.INVALID_ARGUMENT, message)
}

/** The two objects that Flux's bootstrap would write. */
function rootSource({ url, ref, intervalMs, secretName }: DeclareRootRequest): object {
  const set = Object.entries(ref ?? {}).filter(([, value]) => value !== '')
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: NAMESPACE, namespace: NAMESPACE },
    spec: {
      url,
      interval: `${intervalMs || 60_000n}ms`,
      ...(set.length === 0 ? {} : { ref: Object.fromEntries(set) }),
      ...(secretName === '' ? {} : { secretRef: { name: secretName } }),
    },
  }
}

function rootApplication({ path }: DeclareRootRequest): object {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: NAMESPACE, namespace: NAMESPACE },
    spec: {
      interval: '10m',
      retryInterval: '1m',
      path: path === '' ? './' : path,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: NAMESPACE },
    },
  }
}
