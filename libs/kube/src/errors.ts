import { OperatingError, type Retry } from '@tidemark/kernel'

/** What a cluster is called, and where its API server is. */
export interface ClusterPlace {
  readonly cluster: string
  readonly server: string
}

/** No answer came: the network, TLS, or an answer that is not HTTP or too big. */
export class ClusterUnreachable extends OperatingError {
  readonly code: string = 'cluster-unreachable'
  readonly retry: Retry = 'later'

  constructor(place: ClusterPlace, cause: unknown) {
    const { cluster, server } = place
    super(`cannot reach cluster ${cluster} at ${server}: ${reasonOf(cause)}`, { cause })
  }
}

/** The API server answered that it could not do its work (5xx): a webhook, etcd, a shutdown. */
export class ClusterFailed extends OperatingError {
  readonly code: string = 'cluster-failed'
  readonly retry: Retry = 'later'
  readonly status: number

  constructor(
    cluster: string,
    failure: { readonly doing: string; readonly status: number; readonly message: string },
  ) {
    super(`cluster ${cluster} failed to ${failure.doing}: ${failure.message} (${failure.status})`)
    this.status = failure.status
  }
}

/** The API server asked to come back later (429, 503) more often than we wait for within one request. */
export class ClusterBusy extends OperatingError {
  readonly code: string = 'cluster-busy'
  readonly retry: Retry = 'later'

  constructor(cluster: string, doing: string) {
    super(`cluster ${cluster} is too busy to ${doing}`)
  }
}

/** There is nothing to sign in with: a program failed, a file is gone, an identity provider did not answer. */
export class ClusterSignInFailed extends OperatingError {
  readonly code: string = 'cluster-sign-in-failed'
  readonly retry: Retry = 'later'

  constructor(cluster: string, cause: unknown) {
    super(`cannot sign in to cluster ${cluster}: ${reasonOf(cause)}`, { cause })
  }
}

/** The API server does not know who we are (401), also with fresh credentials. */
export class ClusterSignInRefused extends OperatingError {
  readonly code: string = 'cluster-sign-in-refused'
  readonly retry: Retry = 'later'

  constructor(cluster: string, message: string) {
    super(`cluster ${cluster} refused our credentials: ${message}; check the kubeconfig's user`)
  }
}

/** The object is not the one that was read: its uid or resourceVersion is another (409). */
export class ClusterConflict extends OperatingError {
  readonly code: string = 'cluster-conflict'
  readonly retry: Retry = 'now'

  constructor(cluster: string, doing: string, message: string) {
    super(`cluster ${cluster}: cannot ${doing}: ${message}`)
  }
}

/** A list took longer than the API server keeps its snapshot (410); it has to be begun again. */
export class ListExpired extends OperatingError {
  readonly code: string = 'list-expired'
  readonly retry: Retry = 'now'

  constructor(cluster: string, doing: string) {
    super(`cluster ${cluster}: the snapshot was gone before the end; could not ${doing}`)
  }
}

/** A kubeconfig that we cannot or may not use. The operator has to change it. */
export class KubeconfigRefused extends OperatingError {
  readonly code: string = 'kubeconfig-refused'
  readonly retry: Retry = 'later' // Somebody may mend the file.
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const inner = cause.cause instanceof Error ? `: ${cause.cause.message}` : ''
  const text = `${cause.message}${inner}`
  return text === 'other side closed' ? 'it closed the connection' : text
}
