import { gunzipSync, gzipSync } from 'node:zlib'

import {
  canonicalJson,
  field,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  parseJson,
  textField,
} from '@tidemark/manifests'

/** As Helm spells them. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback'

const STATUSES: ReadonlySet<string> = new Set<ReleaseStatus>([
  'unknown',
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
])

/** One revision of a release in Helm's own storage. */
export interface ReleaseRecord {
  readonly name: string
  readonly revision: number
  readonly status: ReleaseStatus
  /** The whole record: what is not read here goes back as it came. It may hold secrets: it MUST NOT be logged. */
  readonly json: JsonObject
}

/** A Secret that says that it is a release of Helm, and cannot be read as one. */
export class ReleaseUnreadable extends Error {
  override readonly name: string = 'ReleaseUnreadable'
}

/** What Kubernetes lets a Secret hold: a release that is larger cannot be recorded, by Helm neither. */
export const RECORD_BYTES_MAX = 1_048_576
const JSON_BYTES_MAX = 64 * 1024 * 1024 // What a record may unpack to: sixty times what it packs to, which is much for YAML.
const GZIP = [0x1f, 0x8b, 0x08] as const

/** A record as the text that Helm keeps in its Secret: JSON, gzipped, in base64. */
export function encodeRelease(json: JsonObject): string {
  return gzipSync(canonicalJson(json), { level: 9 }).toString('base64')
}

/** Reads what Helm 3 or 4 keeps in its Secret, compressed or not (as it was before 3.0). Throws `ReleaseUnreadable`. */
export function decodeRelease(text: string): ReleaseRecord {
  const bytes = Buffer.from(text, 'base64')
  const json = parsed(GZIP.every((byte, index) => bytes[index] === byte) ? unzipped(bytes) : bytes)
  const name = textField(json, 'name') ?? ''
  const revision = field(json, 'version')
  const status = textField(json, 'info', 'status') ?? 'unknown'
  if (!isJsonObject(json) || name === '')
    throw new ReleaseUnreadable('a release of Helm is an object with a name')
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1)
    throw new ReleaseUnreadable(`the release ${name} has no version of 1 or more`)
  if (!isStatus(status)) throw new ReleaseUnreadable(`no release has the status ${status}`)
  return { name, revision, status, json }
}

/** The record with another status, and what Helm says beside it. */
export function withStatus(
  { name, revision, json }: ReleaseRecord,
  {
    status,
    description,
    deletedMs,
  }: {
    readonly status: ReleaseStatus
    readonly description?: string
    readonly deletedMs?: number
  },
): ReleaseRecord {
  const before = field(json, 'info')
  const info = {
    ...(isJsonObject(before) ? before : {}),
    status,
    ...(description === undefined ? {} : { description }),
    ...(deletedMs === undefined ? {} : { deleted: new Date(deletedMs).toISOString() }),
  }
  return { name, revision, status, json: { ...json, info } }
}

/** Whether an action on the release is under way, or was left so. */
export function isPending(status: ReleaseStatus): boolean {
  return status.startsWith('pending-')
}

/** How each hook of the record ran last; of hooks that are not named, nothing changes. */
export function withHookRuns(record: ReleaseRecord, runs: readonly HookRun[]): ReleaseRecord {
  const hooks = field(record.json, 'hooks')
  if (!isJsonList(hooks) || runs.length === 0) return record
  const byName = new Map(runs.map((run) => [`${run.kind}/${run.name}`, run]))
  const ran = hooks.map((hook): Json => {
    const run = byName.get(`${textField(hook, 'kind') ?? ''}/${textField(hook, 'name') ?? ''}`)
    return run === undefined ? hook : withRun(hook, run)
  })
  return { ...record, json: { ...record.json, hooks: ran } }
}

/** When a hook ran, and how that ended. */
export interface HookRun {
  readonly kind: string
  readonly name: string
  readonly startedMs: number
  readonly completedMs: number | undefined
  readonly phase: 'Running' | 'Succeeded' | 'Failed'
}

function withRun(hook: Json, run: HookRun): Json {
  return isJsonObject(hook) ? { ...hook, last_run: lastRun(run) } : hook
}

function lastRun({ startedMs, completedMs, phase }: HookRun): JsonObject {
  return {
    started_at: new Date(startedMs).toISOString(),
    // Helm 3 reads no record whose time is missing here.
    completed_at: completedMs === undefined ? '' : new Date(completedMs).toISOString(),
    phase,
  }
}

function isStatus(text: string): text is ReleaseStatus {
  return STATUSES.has(text)
}

function unzipped(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: JSON_BYTES_MAX })
  } catch (cause) {
    throw new ReleaseUnreadable('the record is no gzip, or unpacks to more than 64 MiB', { cause })
  }
}

function parsed(bytes: Buffer): Json {
  try {
    return parseJson(bytes.toString('utf8'))
  } catch (cause) {
    throw new ReleaseUnreadable('the record is no JSON', { cause })
  }
}
