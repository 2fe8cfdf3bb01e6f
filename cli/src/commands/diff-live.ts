import type { ReleasedObject } from '@tidemark/contracts'
import type { KubeClient, Refused } from '@tidemark/kube'
import {
  diffObjects,
  field,
  isJsonObject,
  isSecret,
  parseJson,
  splitApiVersion,
  type FieldChange,
  type Json,
  type JsonObject,
} from '@tidemark/manifests'
import { openCluster } from '../client/cluster-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { objectName, type WholeRelease } from './read-release.ts'
import { valueOf, type DiffOptions, type ObjectDiff } from './diff.ts'

const FIELDS_MAX = 200
const AT_ONCE = 8
const ALL_MS_MAX = 60_000
/** A manager of its own: what it does not name is not taken away. */
const MANAGER = 'tidemark-diff'
/** What a write changes by itself, and what the server alone knows. */
const OWN = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp'] as const

/**
 * What a cluster has, held against what the release would make of it: the API server answers that itself, by a dry
 * run. It is done from this machine, with the rights of whoever types.
 */
export async function diffLive(
  { application, objects }: WholeRelease,
  { kubeconfig, context, dataDir }: DiffOptions,
): Promise<readonly ObjectDiff[]> {
  const { cluster } = application
  await using client = await openCluster({ cluster, context, kubeconfig, dataDir })
  const signal = AbortSignal.timeout(ALL_MS_MAX)
  const own = objects.filter(({ apiVersion }) => !apiVersion.includes('.toolkit.fluxcd.io/'))
  const diffs: (ObjectDiff | undefined)[] = []
  for (let from = 0; from < own.length; from += AT_ONCE) {
    const some = own.slice(from, from + AT_ONCE)
    diffs.push(...(await Promise.all(some.map((object) => diffOne(client, object, signal)))))
  }
  return diffs.filter((one) => one !== undefined)
}

async function diffOne(
  client: KubeClient,
  released: ReleasedObject,
  signal: AbortSignal,
): Promise<ObjectDiff | undefined> {
  const { apiVersion, kind, namespace, name } = released
  const ref = { ...splitApiVersion(apiVersion), kind, namespace, name }
  const answer = await client.get(ref, signal)
  const object = objectName(released)
  if (answer.kind === 'absent') return { object, change: 'created', fields: [] }
  if (answer.kind === 'refused') throw refusal(client, object, answer)
  const live = asJson(answer.object)
  const wanted = valueOf(released)
  if (isSecret(wanted)) return changed(object, keysThatDiffer(live, wanted))
  const written = await client.apply(
    { ref, body: released.objectJson },
    { fieldManager: MANAGER, conflicts: 'taken', dryRun: 'server' },
    signal,
  )
  if (written.kind === 'refused') throw refusal(client, object, written)
  return changed(object, diffObjects(plain(live), plain(asJson(written.object)), FIELDS_MAX))
}

function changed(object: string, fields: readonly FieldChange[]): ObjectDiff | undefined {
  return fields.length === 0 ? undefined : { object, change: 'changed', fields }
}

function refusal({ cluster }: KubeClient, object: string, { message }: Refused): CommandError {
  return new CommandError(`${cluster} refuses to compare ${object}: ${message}`, EXIT.denied)
}

/** The keys of a Secret that are on one side alone; values are on neither side of this comparison. */
function keysThatDiffer(live: JsonObject, wanted: JsonObject): readonly FieldChange[] {
  const [there, due] = [keysOf(live), keysOf(wanted)]
  const shown = '[secret]'
  return [
    ...[...there]
      .filter((key) => !due.has(key))
      .map((key) => ({ path: `data.${key}`, before: shown })),
    ...[...due]
      .filter((key) => !there.has(key))
      .map((key) => ({ path: `data.${key}`, after: shown })),
  ]
}

function keysOf(object: JsonObject): ReadonlySet<string> {
  const values = [field(object, 'data'), field(object, 'stringData')]
  return new Set(values.flatMap((keys) => (isJsonObject(keys) ? Object.keys(keys) : [])))
}

function plain(object: JsonObject): JsonObject {
  const { status: _status, metadata, ...rest } = object
  if (!isJsonObject(metadata)) return rest
  const kept = Object.entries(metadata).filter(([key]) => !OWN.some((own) => own === key))
  return { ...rest, metadata: Object.fromEntries(kept) }
}

function asJson(object: object): JsonObject {
  const value: Json = parseJson(JSON.stringify(object))
  if (!isJsonObject(value)) throw new CommandError('the cluster gave an object that is none')
  return value
}
