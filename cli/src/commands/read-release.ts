import type {
  ApplicationView,
  GetReleaseRequest,
  GetReleaseResponse,
  ReleasedObject,
  ReleaseView,
} from '@tidemark/contracts'
import type { ApiClient } from '../client/api-client.ts'
import { CommandError } from '../client/exit-codes.ts'

const PAGES_MAX = 10_000 // Each holds an object at least.

export interface WholeRelease {
  readonly application: ApplicationView
  readonly release: ReleaseView
  readonly objects: readonly ReleasedObject[]
}

/** A release with all its objects; the newest one where no number is given. */
export async function readRelease(
  api: ApiClient,
  application: string,
  number: bigint | undefined,
): Promise<WholeRelease> {
  const objects: ReleasedObject[] = []
  let wanted = number ?? 0n
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await readPage(api, { application, number: wanted, after: objects.length })
    objects.push(...page.objects)
    const { application: view, release, objectCount } = page
    if (release === undefined || view === undefined) break
    wanted = release.number // A newer one that is cut meanwhile is not mixed in.
    if (objects.length >= objectCount) return { application: view, release, objects }
  }
  throw new CommandError(`the server did not give all of the release of ${application}`)
}

function readPage(api: ApiClient, request: GetReleaseRequest): Promise<GetReleaseResponse> {
  return api.call(api.raw.getRelease, request)
}

/** `cluster/name`: how an application is named where that is enough. */
export function shortName({ cluster, object }: ApplicationView): string {
  return `${cluster}/${object?.name ?? ''}`
}

/** `Deployment/shop/web`. */
export function objectName({ kind, namespace, name }: ReleasedObject): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}
