import { objectsOfRecord, ReleaseUnreadable, type StoredRelease } from '@tidemark/apply'
import {
  displayName,
  field,
  inventoryId,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type Manifest,
} from '@tidemark/manifests'
import { DONE, failed, runOf, targetOf, type ActionContext, type Progress } from './helm-run.ts'
import { inNamespace } from './read-helm.ts'
import { readDesired } from './read-release.ts'
import { recordsOf } from './record-release.ts'

const SHOWN_MAX = 5

/**
 * Before a release that Helm has installed is taken over: what a Secret of it holds must stay, unless somebody has given
 * another value. A chart that generates its passwords would else lock out all who know them.
 */
export async function checkTakeOver(context: ActionContext): Promise<Progress> {
  const { deps, id, memory, requested, release, signal } = context
  if (deps.deployments.get(id).state.helm.deployed !== undefined) return DONE
  const { revision, manifestBlob } = runOf(context)
  const all = await recordsOf(context).all(signal)
  const last = all.findLast(
    ({ record }) => record.status === 'deployed' && record.revision !== revision,
  )
  if (last === undefined) return DONE
  const target = targetOf(requested, runOf(context))
  const desired = await memory.desired(id, manifestBlob, () => readDesired(deps, target, signal))
  const place = { client: deps.cluster.client, namespace: release.owner.namespace }
  const running = await inNamespace(objectsIn(last), { ...place, scopes: new Map() }, signal)
  const fields = changedSecrets({ running, desired, given: textsIn(release.config) })
  if (fields.length === 0) return DONE
  const more = fields.length > SHOWN_MAX ? ` and ${fields.length - SHOWN_MAX} more` : ''
  const { name, namespace } = release.owner
  return {
    ...failed(
      `taking over the release ${namespace}/${name} would change ${fields.slice(0, SHOWN_MAX).join(', ')}${more}: the chart generates it, or has another default by now; give the value that runs in spec.values or spec.valuesFrom`,
    ),
    installed: true,
  }
}

function objectsIn({ record }: StoredRelease): readonly Manifest[] {
  try {
    return objectsOfRecord(record)
  } catch (error) {
    if (error instanceof ReleaseUnreadable) return []
    throw error
  }
}

/** Keys of Secrets that are in both and have another value, which is none of those that were given. */
function changedSecrets({
  running,
  desired,
  given,
}: {
  readonly running: readonly Manifest[]
  readonly desired: readonly Manifest[]
  readonly given: ReadonlySet<string>
}): readonly string[] {
  const before = new Map(running.map((manifest) => [inventoryId(manifest.identity), manifest]))
  return desired.flatMap(({ identity, object }) => {
    const known = before.get(inventoryId(identity))
    if (identity.kind !== 'Secret' || identity.group !== '' || known === undefined) return []
    const values = secretValues(known.object)
    return [...secretValues(object)].flatMap(([key, value]) => {
      const runs = values.get(key)
      const isKept = runs === undefined || runs === value || given.has(value)
      return isKept ? [] : [`${displayName(identity)} data.${key}`]
    })
  })
}

function secretValues(secret: JsonObject): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  const texts = (place: string): [string, string][] => {
    const found = field(secret, place)
    const entries = Object.entries(isJsonObject(found) ? found : {})
    return entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []))
  }
  for (const [key, value] of texts('data'))
    values.set(key, Buffer.from(value, 'base64').toString('latin1'))
  for (const [key, value] of texts('stringData'))
    values.set(key, Buffer.from(value, 'utf8').toString('latin1'))
  return values
}

/** All texts among values, as bytes of a Secret. */
function textsIn(value: Json): ReadonlySet<string> {
  const texts = new Set<string>()
  const walk = (one: Json): void => {
    if (isJsonList(one)) for (const item of one) walk(item)
    else if (isJsonObject(one)) for (const member of Object.values(one)) walk(member)
    else if (one !== null) texts.add(Buffer.from(String(one), 'utf8').toString('latin1'))
  }
  walk(value)
  return texts
}
