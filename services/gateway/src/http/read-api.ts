import { status } from '@grpc/grpc-js'
import {
  Phase,
  type FindObjectRequest,
  type FindObjectResponse,
  type FoundObject,
  type GetReleaseRequest,
  type GetReleaseResponse,
  type ListAuditResponse,
  type DescribeApplicationResponse,
  type EventView,
  type ExplainApplicationResponse,
  type GetStatusResponse,
  type ListApplicationsRequest,
  type ListApplicationsResponse,
  type ListAuditRequest,
  type ListClustersResponse,
  type ListDeploymentsRequest,
  type ListDeploymentsResponse,
  type ListReleasesResponse,
  type ListSourcesResponse,
  record,
} from '@tidemark/contracts'
import { readApplication } from '@tidemark/flux'
import type { Surroundings } from '@tidemark/service'
import type { ApplicationState } from '../projections/application-state.ts'
import { explainApplication } from '../projections/explain.ts'
import { findApplication } from '../projections/find-application.ts'
import { phaseOf } from '../projections/phase.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { viewEvent } from '../projections/summarize.ts'
import {
  viewApplication,
  viewCluster,
  viewDeployment,
  viewRelease,
  viewSource,
} from '../projections/views.ts'
import { ApiError, noRelease } from './api-error.ts'
import { matches, pageOf, type ReleasedObjects } from './released-objects.ts'

const EVENTS_SHOWN = 20
const AUDIT_MAX = 1_000

export interface ReadApiDeps {
  readonly model: ReadModel
  readonly surroundings: Surroundings
  readonly releases: ReleasedObjects
  readonly form: 'embedded' | 'platform'
  readonly renderIsolation: string
}

/** The answers that come from the read model alone. */
export class ReadApi {
  readonly #deps: ReadApiDeps

  constructor(deps: ReadApiDeps) {
    this.#deps = deps
  }

  async status(): Promise<GetStatusResponse> {
    const { model, surroundings, form, renderIsolation } = this.#deps
    const { head } = await surroundings.store.readLog(model.position)
    const applications = model.present()
    const ready = applications.filter((state) => phaseOf(state).phase === Phase.PHASE_READY)
    return {
      version: surroundings.build,
      form,
      head,
      read: model.position,
      applications: applications.length,
      ready: ready.length,
      renderIsolation,
    }
  }

  sources(): ListSourcesResponse {
    const sources = [...this.#deps.model.sources.values()]
    return { sources: sources.filter(({ objects }) => objects.length > 0).map(viewSource) }
  }

  clusters(): ListClustersResponse {
    const { model } = this.#deps
    return { clusters: [...model.clusters.values()].map((cluster) => viewCluster(cluster, model)) }
  }

  applications({ cluster, namespace }: ListApplicationsRequest): ListApplicationsResponse {
    const { model } = this.#deps
    const applications = model
      .present()
      .filter((state) => cluster === '' || state.cluster === cluster)
      .filter((state) => namespace === '' || state.object?.namespace === namespace)
      .map((state) => viewApplication(state, model))
    return { applications, position: model.position }
  }

  async describe(name: string): Promise<DescribeApplicationResponse> {
    const { model } = this.#deps
    const state = this.find(name)
    const source = model.sourceOf(state)
    const deployment = viewDeployment(state)
    return {
      application: viewApplication(state, model),
      source: source === undefined ? undefined : viewSource(source),
      releases: state.releases.toReversed().map((release) => viewRelease(state, release)),
      deployments: deployment === undefined ? [] : [deployment],
      dependsOn: dependsOn(state),
      events: await this.#events(state.events.slice(-EVENTS_SHOWN)),
    }
  }

  releases(name: string): ListReleasesResponse {
    const state = this.find(name)
    return { releases: state.releases.toReversed().map((release) => viewRelease(state, release)) }
  }

  deployments({ application, cluster }: ListDeploymentsRequest): ListDeploymentsResponse {
    const { model } = this.#deps
    const states = application === '' ? model.present() : [this.find(application)]
    const deployments = states
      .filter((state) => cluster === '' || state.cluster === cluster)
      .map(viewDeployment)
      .filter((view) => view !== undefined)
    return { deployments }
  }

  explain(name: string): ExplainApplicationResponse {
    const { model } = this.#deps
    const state = this.find(name)
    return {
      application: viewApplication(state, model),
      links: [...explainApplication(state, model)],
    }
  }

  async audit({ after, limit, application }: ListAuditRequest): Promise<ListAuditResponse> {
    const { model, surroundings } = this.#deps
    const wanted = application === '' ? undefined : this.find(application).id
    const max = limit === 0 ? AUDIT_MAX : Math.min(limit, AUDIT_MAX)
    const events: EventView[] = []
    for (let from = after; events.length < max;) {
      const page = await surroundings.store.readLog(from)
      if (page.events.length === 0) break
      for (const stored of page.events) {
        from = stored.position
        const recorded = record(stored)
        const own = wanted === undefined || stored.stream.includes(wanted)
        if (recorded !== undefined && own && events.length < max) events.push(viewEvent(recorded))
      }
    }
    const { checkpoint } = model
    return { events, checkpoint: checkpoint === undefined ? undefined : { ...checkpoint } }
  }

  /** A page of the objects of a release. */
  async release({ application, number, after }: GetReleaseRequest): Promise<GetReleaseResponse> {
    const { model, releases } = this.#deps
    const state = this.find(application)
    const wanted = number === 0n ? state.releases.at(-1)?.number : number
    const release = state.releases.find((known) => known.number === wanted)
    if (release === undefined) throw noRelease(application, state, number)
    const all = await releases.of(release)
    return {
      release: viewRelease(state, release),
      application: viewApplication(state, model),
      objects: [...pageOf(all, after)],
      objectCount: all.length,
    }
  }

  /** Who delivers an object: looked up in the newest release of each application. */
  async findObject(request: FindObjectRequest): Promise<FindObjectResponse> {
    const { model, releases } = this.#deps
    if (request.kind === '' || request.name === '')
      throw new ApiError(status.INVALID_ARGUMENT, 'name the kind and the name of the object')
    const found: FoundObject[] = []
    for (const state of model.present()) {
      const release = state.releases.at(-1)
      const isElsewhere = request.cluster !== '' && state.cluster !== request.cluster
      if (release === undefined || isElsewhere) continue
      const source = model.sourceOf(state)
      const matching = (await releases.of(release)).filter((object) => matches(object, request))
      for (const object of matching)
        found.push({
          object,
          application: viewApplication(state, model),
          release: viewRelease(state, release),
          source: source === undefined ? undefined : viewSource(source),
        })
    }
    return { found }
  }

  /** The application that a text names; an ApiError where there is none, or more than one. */
  find(name: string): ApplicationState {
    const found = findApplication(this.#deps.model, name)
    switch (found.kind) {
      case 'found':
        return found.state
      case 'unknown':
        throw new ApiError(status.NOT_FOUND, found.message)
      default:
        throw new ApiError(status.INVALID_ARGUMENT, found.message)
    }
  }

  async #events(positions: readonly bigint[]): Promise<EventView[]> {
    const { store } = this.#deps.surroundings
    const pages = await Promise.all(positions.map((position) => store.readLog(position - 1n)))
    return pages
      .map(({ events }) => (events[0] === undefined ? undefined : record(events[0])))
      .filter((recorded) => recorded !== undefined)
      .map(viewEvent)
  }
}

function dependsOn({ objectJson, object }: ApplicationState): string[] {
  if (objectJson.length === 0) return []
  const read = readApplication(JSON.parse(Buffer.from(objectJson).toString('utf8')))
  if (read?.kind !== 'read') return []
  return read.model.dependsOn.map(
    ({ namespace, name }) => `${namespace || (object?.namespace ?? '')}/${name}`,
  )
}
