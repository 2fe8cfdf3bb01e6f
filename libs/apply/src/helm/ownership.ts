import {
  displayName,
  field,
  isJsonObject,
  type JsonObject,
  type ObjectIdentity,
} from '@tidemark/manifests'

/** Whose an object is, as Helm marks it. */
export interface HelmOwner {
  readonly name: string
  readonly namespace: string
}

const MANAGED_BY = 'app.kubernetes.io/managed-by'
const RELEASE_NAME = 'meta.helm.sh/release-name'
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace'
const POLICY = 'helm.sh/resource-policy'

/** The annotations by which an object of a release is known. */
export function helmOwnerMarks({ name, namespace }: HelmOwner): Readonly<Record<string, string>> {
  return { [RELEASE_NAME]: name, [RELEASE_NAMESPACE]: namespace }
}

/** The object with the marks that Helm puts on all objects of a release. */
export function ownedByRelease(object: JsonObject, owner: HelmOwner): JsonObject {
  const metadata = field(object, 'metadata')
  const labels = field(metadata, 'labels')
  const annotations = field(metadata, 'annotations')
  return {
    ...object,
    metadata: {
      ...(isJsonObject(metadata) ? metadata : {}),
      labels: { ...(isJsonObject(labels) ? labels : {}), [MANAGED_BY]: 'Helm' },
      annotations: { ...(isJsonObject(annotations) ? annotations : {}), ...helmOwnerMarks(owner) },
    },
  }
}

/** Why a live object cannot become part of the release: it is not marked as part of it. `undefined` where it is. */
export function foreignTo(
  owner: HelmOwner,
  { identity, live }: { readonly identity: ObjectIdentity; readonly live: JsonObject },
): string | undefined {
  const wanted = [
    ['label', 'labels', MANAGED_BY, 'Helm'],
    ['annotation', 'annotations', RELEASE_NAME, owner.name],
    ['annotation', 'annotations', RELEASE_NAMESPACE, owner.namespace],
  ] as const
  const wrong = wanted.flatMap(([what, place, key, value]) => {
    const found = field(live, 'metadata', place, key)
    if (found === value) return []
    return typeof found === 'string'
      ? [`the ${what} ${key} is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`]
      : [`the ${what} ${key} is missing, it should be ${JSON.stringify(value)}`]
  })
  if (wrong.length === 0) return undefined
  return `${displayName(identity)} is there, and is not of the release ${owner.namespace}/${owner.name}: ${wrong.join('; ')}`
}

/** Whether a live object of a release of Helm asks to stay when its release goes, or has it no longer. */
export function isKeptByHelm(live: JsonObject): boolean {
  const annotations = field(live, 'metadata', 'annotations')
  return (
    typeof field(annotations, RELEASE_NAME) === 'string' && field(annotations, POLICY) === 'keep'
  )
}
