import {
  field,
  isJsonObject,
  type JsonObject,
  type ObjectIdentity,
  textField,
} from '@tidemark/manifests'

import {
  decodeRelease,
  encodeRelease,
  RECORD_BYTES_MAX,
  type ReleaseRecord,
  ReleaseUnreadable,
} from './release-record.ts'

const TYPE = 'helm.sh/release.v1'
const OWN_LABELS: ReadonlySet<string> = new Set([
  'name',
  'owner',
  'status',
  'version',
  'createdAt',
  'modifiedAt',
])

/** A record as it stands in the cluster. */
export interface StoredRelease {
  readonly record: ReleaseRecord
  /** Labels of its Secret that are not Helm's own: they go on to the next revision. */
  readonly labels: Readonly<Record<string, string>>
}

/** The Secret of one revision. */
export function releaseSecretIdentity(release: {
  readonly storageNamespace: string
  readonly name: string
  readonly revision: number
}): ObjectIdentity {
  const { storageNamespace: namespace, name, revision } = release
  return {
    group: '',
    version: 'v1',
    kind: 'Secret',
    namespace,
    name: `sh.helm.release.v1.${name}.v${revision}`,
  }
}

/** Which Secrets are the history of a release. */
export function releaseSelector(name: string): string {
  return `owner=helm,name=${name}`
}

/**
 * The Secret that Helm's own storage would keep. Throws `ReleaseUnreadable` where the release is larger than a Secret
 * can be.
 */
export function releaseSecret(
  { record, labels }: StoredRelease,
  { storageNamespace, nowMs }: { readonly storageNamespace: string; readonly nowMs: number },
): JsonObject {
  const { name, revision, status, json } = record
  const encoded = encodeRelease(json)
  if (encoded.length > RECORD_BYTES_MAX)
    throw new ReleaseUnreadable(
      `the record of release ${name} has ${encoded.length} bytes, a Secret has room for ${RECORD_BYTES_MAX}`,
    )
  const identity = releaseSecretIdentity({ storageNamespace, name, revision })
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      labels: {
        ...labels,
        name,
        owner: 'helm',
        status,
        version: String(revision),
        modifiedAt: String(Math.floor(nowMs / 1_000)),
      },
    },
    type: TYPE,
    data: { release: Buffer.from(encoded, 'utf8').toString('base64') },
  }
}

/** Reads the Secret of a release. Throws `ReleaseUnreadable`, which names the Secret. */
export function readReleaseSecret(secret: JsonObject): StoredRelease {
  const name = textField(secret, 'metadata', 'name') ?? ''
  const data = textField(secret, 'data', 'release')
  if (data === undefined)
    throw new ReleaseUnreadable(`Secret ${name} has no data.release: it is no release of Helm`)
  try {
    const record = decodeRelease(Buffer.from(data, 'base64').toString('utf8'))
    return { record, labels: otherLabels(secret) }
  } catch (error) {
    if (!(error instanceof ReleaseUnreadable)) throw error
    throw new ReleaseUnreadable(`cannot read the release in Secret ${name}: ${error.message}`, {
      cause: error,
    })
  }
}

function otherLabels(secret: JsonObject): Readonly<Record<string, string>> {
  const labels = field(secret, 'metadata', 'labels')
  if (!isJsonObject(labels)) return {}
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) =>
      OWN_LABELS.has(key) || typeof value !== 'string' ? [] : [[key, value]],
    ),
  )
}
