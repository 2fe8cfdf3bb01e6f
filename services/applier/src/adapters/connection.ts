import { decodeBody, event, streams, type ClusterRegistered } from '@tidemark/contracts'
import { buildAppend, causeFrom, type Surroundings } from '@tidemark/service'

export interface ConnectionOptions {
  readonly surroundings: Pick<Surroundings, 'store' | 'log' | 'build'>
  readonly registered: ClusterRegistered
  readonly epoch: bigint
}

/** Tells whether a cluster can be reached, one change after the other. */
export class Connection {
  readonly #options: ConnectionOptions
  #telling: Promise<void> = Promise.resolve()

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Resolves when it was told, or could not be, which is logged. */
  tell(reachable: boolean, message: string): Promise<void> {
    const { surroundings, registered } = this.#options
    const { log } = surroundings
    const { cluster } = registered
    log.info(reachable ? 'cluster reachable' : 'cluster not reachable', { cluster, message })
    this.#telling = this.#telling
      .then(() => this.#record(reachable, message))
      .catch((error: unknown) => {
        log.warn('cannot tell of the connection', { cluster, error: String(error) })
      })
    return this.#telling
  }

  /** Where it is not what was told last, perhaps by a process before this one. */
  async #record(reachable: boolean, message: string): Promise<void> {
    const { surroundings, registered, epoch } = this.#options
    const { store, build } = surroundings
    const { cluster, project } = registered
    const stream = streams.connection(cluster)
    const last = (await store.readStream(stream, 0n)).at(-1)
    const told = last === undefined ? undefined : decodeBody(last.type, last.body)
    const before = told?.type !== 'ClusterReachabilityChanged' || told.value.reachable
    if (before === reachable) return
    const version = last?.version ?? 0n
    const cause = causeFrom(`connection/${cluster}/${version}`)
    const changed = event('ClusterReachabilityChanged', { cluster, reachable, message })
    const request = buildAppend({
      writer: 'applier',
      build,
      events: [{ cause, stream, event: changed, project, cluster }],
      expected: new Map([[stream, version]]),
      epoch: { resource: `applier-${cluster}`, epoch },
    })
    await store.append(request)
  }
}
