import { ownedByRelease, type HelmOwner, type ReleaseHook } from '@tidemark/apply'
import { HelmContents, type ApplyRequested } from '@tidemark/contracts'
import type { KubeClient } from '@tidemark/kube'
import {
  field,
  isJsonObject,
  parseJson,
  readManifest,
  textField,
  type Json,
  type JsonObject,
  type Manifest,
} from '@tidemark/manifests'
import type { ApplierDeps } from './deps.ts'

/** What a HelmRelease rendered to, beside its ordinary objects. */
export interface ReadHelm {
  readonly owner: HelmOwner
  readonly storageNamespace: string
  readonly chartName: string
  readonly chart: Json
  readonly config: Json
  readonly notes: string
  /** With the namespace of the release where their kinds want one. */
  readonly hooks: readonly ReleaseHook[]
  readonly definitions: readonly Manifest[]
}

/** Reads what the renderer kept beside the objects of a release. */
export async function readHelm(
  { releases, cluster }: ApplierDeps,
  helmBlob: string,
  signal: AbortSignal,
): Promise<ReadHelm> {
  const contents = HelmContents.decode(await releases.helm(helmBlob, signal))
  const { releaseName: name, releaseNamespace: namespace, crdsJson, hooks } = contents
  const manifests = hooks.map(({ json, path }) => readManifest(parsed(json), path))
  const definitions = crdsJson.map((json) => readManifest(parsed(json), 'crds'))
  const place = { client: cluster.client, namespace, scopes: scopesOf(definitions) }
  const placed = await inNamespace(manifests, place, signal)
  return {
    owner: { name, namespace },
    storageNamespace: contents.storageNamespace,
    chartName: contents.chartName,
    chart: parsed(contents.chartMetadataJson),
    config: parsed(contents.configJson),
    notes: contents.notes,
    hooks: hooks.flatMap(({ path, events, weight, deletePolicies }, index) => {
      const manifest = placed[index]
      return manifest === undefined ? [] : [{ manifest, path, events, weight, deletePolicies }]
    }),
    definitions,
  }
}

/** Labels that Flux puts on each object of a HelmRelease, and by which it is watched. */
export function originLabels(requested: ApplyRequested): Readonly<Record<string, string>> {
  const { ownerName = '', ownerNamespace = '' } = requested.options ?? {}
  return {
    'helm.toolkit.fluxcd.io/name': ownerName,
    'helm.toolkit.fluxcd.io/namespace': ownerNamespace,
  }
}

/** The objects of a release as they are on the cluster: in its namespace, and marked as Helm and Flux mark them. */
export async function asReleased(
  objects: readonly Manifest[],
  {
    client,
    owner,
    labels,
  }: {
    readonly client: KubeClient
    readonly owner: HelmOwner
    readonly labels: Readonly<Record<string, string>>
  },
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const place = { client, namespace: owner.namespace, scopes: scopesOf(objects) }
  const placed = await inNamespace(objects, place, signal)
  return placed.map(({ object }) =>
    readManifest(ownedByRelease(labelled(object, labels), owner), 'release'),
  )
}

interface Place {
  readonly client: KubeClient
  readonly namespace: string
  /** `<group>/<kind>` -> scope, of definitions that come with the objects. */
  readonly scopes: ReadonlyMap<string, string>
}

/** What has no namespace, and whose kind wants one, gets that of the release. */
export async function inNamespace(
  manifests: readonly Manifest[],
  place: Place,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const placed: Manifest[] = []
  for (const manifest of manifests)
    placed.push(
      manifest.identity.namespace === '' && (await isNamespaced(manifest, place, signal))
        ? withNamespace(manifest, place.namespace)
        : manifest,
    )
  return placed
}

async function isNamespaced(
  { identity }: Manifest,
  { client, scopes }: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const defined = scopes.get(`${identity.group}/${identity.kind}`)
  if (defined !== undefined) return defined === 'Namespaced'
  // A kind that nobody serves is refused when it is applied, and named then.
  return (await client.resource(identity, signal))?.scope !== 'cluster'
}

function withNamespace({ object }: Manifest, namespace: string): Manifest {
  const metadata = field(object, 'metadata')
  const placed = { ...(isJsonObject(metadata) ? metadata : {}), namespace }
  return readManifest({ ...object, metadata: placed }, 'release')
}

/** The manifest with these labels beside its own. */
export function withLabels(
  { object }: Manifest,
  labels: Readonly<Record<string, string>>,
): Manifest {
  return readManifest(labelled(object, labels), 'release')
}

function labelled(object: JsonObject, labels: Readonly<Record<string, string>>): JsonObject {
  const metadata = field(object, 'metadata')
  const before = field(metadata, 'labels')
  const after = { ...(isJsonObject(before) ? before : {}), ...labels }
  return { ...object, metadata: { ...(isJsonObject(metadata) ? metadata : {}), labels: after } }
}

function scopesOf(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  const definitions = manifests.filter(
    ({ identity }) => identity.kind === 'CustomResourceDefinition',
  )
  return new Map(
    definitions.map(({ object }) => {
      const names = field(object, 'spec', 'names')
      const key = `${textField(object, 'spec', 'group') ?? ''}/${textField(names, 'kind') ?? ''}`
      return [key, textField(object, 'spec', 'scope') ?? '']
    }),
  )
}

function parsed(bytes: Uint8Array): Json {
  return bytes.length === 0 ? {} : parseJson(Buffer.from(bytes).toString('utf8'))
}
