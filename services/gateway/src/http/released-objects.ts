import { record, ReleasedObject } from '@tidemark/contracts'
import {
  apiVersionOf,
  canonicalJson,
  inventoryId,
  parseJson,
  readManifests,
  replaceSecretValues,
  type KeyedDigest,
} from '@tidemark/manifests'
import type { Surroundings } from '@tidemark/service'
import type { ReleaseState } from '../projections/application-state.ts'

const PAGE_CHARACTERS_MAX = 1024 * 1024 // A message of the API has at most 4 MiB, and a character up to 3 bytes.
const DIGEST_SHOWN = 8 // Tells that a value has changed; far too little to guess it from.

/** The objects of releases, as their blobs have them; values of Secrets never leave here. */
export class ReleasedObjects {
  readonly #surroundings: Pick<Surroundings, 'store' | 'blobs'>
  readonly #keyed: KeyedDigest

  constructor(surroundings: Pick<Surroundings, 'store' | 'blobs'>, keyed: KeyedDigest) {
    this.#surroundings = surroundings
    this.#keyed = keyed
  }

  /** All objects of a release, in its order. */
  async of({ position }: ReleaseState): Promise<readonly ReleasedObject[]> {
    const { store, blobs } = this.#surroundings
    const { events } = await store.readLog(position - 1n)
    const cut = events[0] === undefined ? undefined : record(events[0])?.event
    const blob = cut?.type === 'ReleaseCut' ? (cut.value.variants[0]?.manifestBlob ?? '') : ''
    if (blob === '') return []
    const json = parseJson(Buffer.from(await blobs.get(blob)).toString('utf8'))
    const list = { kind: 'List', items: json }
    return readManifests(list, 'the release').map(({ identity, object }) => {
      const shown = replaceSecretValues(
        object,
        (value) => `[secret ${this.#keyed(value).slice(0, DIGEST_SHOWN)}]`,
      )
      return ReleasedObject.fromPartial({
        id: inventoryId(identity),
        apiVersion: apiVersionOf(identity),
        kind: identity.kind,
        namespace: identity.namespace,
        name: identity.name,
        objectJson: canonicalJson(shown),
      })
    })
  }
}

/** What fits in one answer, from a place on; at least one where there are more. */
export function pageOf(
  objects: readonly ReleasedObject[],
  after: number,
): readonly ReleasedObject[] {
  let characters = 0
  const rest = objects.slice(after)
  const end = rest.findIndex(({ objectJson }, index) => {
    characters += objectJson.length
    return index > 0 && characters > PAGE_CHARACTERS_MAX
  })
  return end === -1 ? rest : rest.slice(0, end)
}

export interface ObjectWanted {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Whether this is the object that is looked for. */
export function matches(object: ReleasedObject, { kind, namespace, name }: ObjectWanted): boolean {
  return (
    object.name === name &&
    (namespace === '' || object.namespace === namespace) &&
    object.kind.toLowerCase() === kind.toLowerCase()
  )
}
