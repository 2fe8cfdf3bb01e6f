import {
  isJsonList,
  isJsonObject,
  type Json,
  jsonFromYaml,
  type JsonObject,
  type Manifest,
  readManifests,
  textField,
} from '@tidemark/manifests'
import { parseYamlStream, printYaml, type Printable } from '@tidemark/yaml'

import type { ReleaseHook } from './hooks.ts'
import { type ReleaseRecord, type ReleaseStatus, ReleaseUnreadable } from './release-record.ts'

/** A release as it is recorded for the `helm` command line. */
export interface DescribedRelease {
  readonly name: string
  readonly namespace: string
  readonly revision: number
  readonly status: ReleaseStatus
  readonly description: string
  readonly firstDeployedMs: number
  readonly lastDeployedMs: number
  readonly notes: string
  /** Chart.yaml. */
  readonly chart: Json
  readonly config: Json
  readonly objects: readonly JsonObject[]
  readonly hooks: readonly ReleaseHook[]
}

/**
 * The record of a release, as Helm would have written it after it had rendered the chart itself. The chart's files are
 * not in it: what is installed is, and that is what `helm status`, `get`, `history` and `rollback` read.
 */
export function describeRelease(release: DescribedRelease): ReleaseRecord {
  const { name, namespace, revision, status } = release
  return {
    name,
    revision,
    status,
    json: {
      name,
      info: {
        first_deployed: new Date(release.firstDeployedMs).toISOString(),
        last_deployed: new Date(release.lastDeployedMs).toISOString(),
        deleted: '',
        description: release.description,
        status,
        notes: release.notes,
      },
      chart: {
        metadata: release.chart,
        lock: null,
        templates: [],
        values: {},
        schema: null,
        files: [],
      },
      config: release.config,
      manifest: release.objects.map((object) => `---\n${yamlOf(object)}`).join(''),
      hooks: release.hooks.map(hookJson),
      version: revision,
      namespace,
      apply_method: 'ssa',
    },
  }
}

/** An object as YAML, as Go prints it. */
function yamlOf(object: JsonObject): string {
  return printYaml(printable(object), 'yaml2')
}

function hookJson({ manifest, path, events, weight, deletePolicies }: ReleaseHook): JsonObject {
  const { identity, object } = manifest
  return {
    name: identity.name,
    kind: identity.kind,
    path,
    manifest: yamlOf(object),
    events: [...events],
    last_run: { started_at: '', completed_at: '', phase: '' },
    ...(weight === 0 ? {} : { weight }),
    delete_policies: deletePolicies.length === 0 ? ['before-hook-creation'] : [...deletePolicies],
  }
}

function printable(value: Json): Printable {
  if (isJsonList(value)) return value.map(printable)
  if (isJsonObject(value))
    return new Map(Object.entries(value).map(([key, member]) => [key, printable(member)]))
  return value
}

/** The objects of a record's manifest. Throws `ReleaseUnreadable` where it is no YAML, or no objects are in it. */
export function objectsOfRecord({ name, json }: ReleaseRecord): readonly Manifest[] {
  const text = textField(json, 'manifest') ?? ''
  try {
    const documents = parseYamlStream(text, { flavour: 'yaml2', duplicateKeys: 'last-wins' })
    return documents.flatMap((document) => readManifests(jsonFromYaml(document), 'its manifest'))
  } catch (cause) {
    throw new ReleaseUnreadable(`the manifest of the release ${name} cannot be read`, { cause })
  }
}
