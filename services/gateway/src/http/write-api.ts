import { status } from '@grpc/grpc-js'
import {
  ActorKind,
  event,
  ParkedResolution,
  streams,
  type AnyEvent,
  type LiftHoldRequest,
  type ReconcileRequest,
  type ResolveParkedRequest,
  type ResumeRequest,
  type RollBackRequest,
  type SuspendRequest,
} from '@tidemark/contracts'
import type { Surroundings } from '@tidemark/service'
import type { Identity } from '../ports.ts'
import type { ApplicationState } from '../projections/application-state.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { appendRequest, type Caller } from '../steps/append-request.ts'
import { ApiError, noRelease } from './api-error.ts'
import type { ReadApi } from './read-api.ts'

export interface WriteApiDeps {
  readonly reads: ReadApi
  readonly model: ReadModel
  readonly surroundings: Surroundings
}

interface Asking {
  readonly identity: Identity
  readonly requestId: string
}

export interface Accepted {
  readonly requestId: string
  readonly position: bigint
}

/** What people ask for: each becomes one event, which the service that it concerns answers. */
export class WriteApi {
  readonly #deps: WriteApiDeps

  constructor(deps: WriteApiDeps) {
    this.#deps = deps
  }

  rollBack(request: RollBackRequest, identity: Identity): Promise<Accepted> {
    const { application, number, reason } = request
    const state = this.#deps.reads.find(application)
    if (number === 0n) throw invalid('name the release: --to N; see tidemark history')
    if (!state.releases.some((release) => release.number === number))
      throw noRelease(application, state, number)
    const requestId = this.#requestId(request)
    return this.#ask(state, { identity, requestId }, (id) =>
      event('RollbackRequested', { requestId, applicationId: id, number, reason }),
    )
  }

  liftHold(request: LiftHoldRequest, identity: Identity): Promise<Accepted> {
    const state = this.#deps.reads.find(request.application)
    if (state.hold === undefined)
      throw new ApiError(status.FAILED_PRECONDITION, `${request.application} is not held`)
    const requestId = this.#requestId(request)
    return this.#ask(state, { identity, requestId }, (id) =>
      event('HoldLiftRequested', { requestId, applicationId: id, reason: request.reason }),
    )
  }

  async reconcile(request: ReconcileRequest, identity: Identity): Promise<Accepted> {
    const { reason, approvePrune, rotateGenerated } = request
    if (rotateGenerated && reason === '') throw invalid('say why: --reason')
    const requestId = this.#requestId(request)
    if (request.source !== '') {
      if (rotateGenerated) throw invalid('a source has no generated values; name an application')
      const sourceId = this.#findSource(request.source)
      return await this.#append(
        { identity, requestId },
        {
          stream: streams.request(sourceId),
          event: event('ReconcileRequested', { requestId, sourceId, reason }),
        },
      )
    }
    const state = this.#deps.reads.find(request.application)
    const sourceId = request.withSource ? this.#deps.model.sourceIdOf(state) : ''
    return await this.#ask(state, { identity, requestId }, (id) =>
      event('ReconcileRequested', {
        requestId,
        applicationId: id,
        sourceId,
        reason,
        approvePrune,
        rotateGenerated,
      }),
    )
  }

  suspend(request: SuspendRequest, identity: Identity): Promise<Accepted> {
    const { reason, untilMs } = request
    if (reason === '') throw invalid('say why: --reason')
    const requestId = this.#requestId(request)
    const state = this.#deps.reads.find(request.application)
    return this.#ask(state, { identity, requestId }, (id) =>
      event('SuspendRequested', { requestId, applicationId: id, reason, untilMs }),
    )
  }

  resume(request: ResumeRequest, identity: Identity): Promise<Accepted> {
    const requestId = this.#requestId(request)
    const state = this.#deps.reads.find(request.application)
    return this.#ask(state, { identity, requestId }, (id) =>
      event('ResumeRequested', { requestId, applicationId: id, reason: request.reason }),
    )
  }

  async resolveParked(request: ResolveParkedRequest, identity: Identity): Promise<Accepted> {
    const { reactor, position, resolution, reason } = request
    if (reason === '') throw invalid('say why: --reason')
    if (resolution !== 'retry' && resolution !== 'skip')
      throw invalid(`'${resolution}' is no resolution: retry or skip`)
    const parked = await this.#deps.surroundings.parking.list(reactor)
    if (!parked.some((entry) => entry.position === position))
      throw new ApiError(status.NOT_FOUND, `${reactor} has nothing parked at position ${position}`)
    const resolved = event('ParkedResolved', {
      reactor,
      position,
      reason,
      resolution:
        resolution === 'retry'
          ? ParkedResolution.PARKED_RESOLUTION_RETRY
          : ParkedResolution.PARKED_RESOLUTION_SKIP,
    })
    const requestId = this.#deps.surroundings.random.uuid()
    return await this.#append(
      { identity, requestId },
      { stream: streams.request(reactor), event: resolved },
    )
  }

  #requestId({ requestId }: { readonly requestId: string }): string {
    return requestId || this.#deps.surroundings.random.uuid()
  }

  #findSource(text: string): string {
    const { sources } = this.#deps.model
    if (sources.has(text)) return text
    const found = [...sources.values()].filter(({ objects }) =>
      objects.some(({ name, namespace }) => text === name || text === `${namespace}/${name}`),
    )
    const [first] = found
    if (first === undefined)
      throw new ApiError(status.NOT_FOUND, `there is no source ${text}; see tidemark get sources`)
    if (found.length > 1) throw invalid(`${text} names ${found.length} sources: give the id`)
    return first.id
  }

  #ask(
    state: ApplicationState,
    asking: Asking,
    build: (applicationId: string) => AnyEvent,
  ): Promise<Accepted> {
    const { project, cluster } = state
    const stream = streams.request(state.id)
    return this.#append(asking, { stream, event: build(state.id), project, cluster })
  }

  async #append(
    { identity, requestId }: Asking,
    asked: {
      readonly stream: string
      readonly event: AnyEvent
      readonly project?: string
      readonly cluster?: string
    },
  ): Promise<Accepted> {
    const caller: Caller = {
      kind: ActorKind.ACTOR_KIND_PERSON,
      name: identity.name,
      issuer: identity.issuer,
    }
    const { project = '', cluster = '' } = asked
    const parts = { ...asked, project, cluster, caller, requestId }
    return { requestId, position: await appendRequest(this.#deps.surroundings, parts) }
  }
}

function invalid(message: string): ApiError {
  return new ApiError(status.INVALID_ARGUMENT, message)
}
