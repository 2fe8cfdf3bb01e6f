import type { ReleasedObject } from '@tidemark/contracts'
import {
  diffObjects,
  isJsonObject,
  parseJson,
  type FieldChange,
  type Json,
  type JsonObject,
} from '@tidemark/manifests'
import { connect, type ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print, shortRevision, tell } from '../client/print.ts'
import { objectName, readRelease, type WholeRelease } from './read-release.ts'
import { paint } from '../client/terminal.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const FIELDS_MAX = 200 // Of one object: more is another object.
const VALUE_CHARACTERS_MAX = 160
/** As for `kubectl diff`: 0 equal, 1 different, more for what went wrong. */
const DIFFERENT = 1

export interface DiffOptions extends OutputOptions {
  readonly from?: number
  readonly to?: number
  readonly live?: boolean
  readonly kubeconfig?: string
  readonly context?: string
}

/** What became of one object. */
export interface ObjectDiff {
  readonly object: string
  readonly change: 'created' | 'changed' | 'deleted'
  readonly fields: readonly FieldChange[]
}

/** `tidemark diff APPLICATION`. */
export async function diff(application: string, options: DiffOptions): Promise<void> {
  try {
    const diffs = await diffsOf(application, options)
    print(options.output, {
      value: { kind: 'List', items: diffs },
      text: () => (diffs.length === 0 ? 'nothing differs' : diffs.flatMap(lines).join('\n')),
      names: () => diffs.map(({ object }) => object),
    })
    process.exitCode = diffs.length === 0 ? EXIT.ok : DIFFERENT
  } catch (error) {
    if (error instanceof CommandError && error.exitCode > DIFFERENT) throw error
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT.usage)
  }
}

async function diffsOf(application: string, options: DiffOptions): Promise<readonly ObjectDiff[]> {
  const { from, to, live } = options
  if (live === true && (from !== undefined || to !== undefined))
    throw new CommandError(
      '--live is about the release that the cluster runs: leave --from and --to away',
      EXIT.usage,
    )
  using api = await connect(choiceOf(options))
  if (live === true) {
    const running = await readRunning(api, application)
    tell(`what ${running.application.cluster} has  ->  ${titleOf(running)}`)
    const { diffLive } = await import('./diff-live.ts')
    return await diffLive(running, options)
  }
  const newer = await readRelease(api, application, to === undefined ? undefined : BigInt(to))
  const before = from === undefined ? newer.release.number - 1n : BigInt(from)
  if (before < 1n) {
    tell(`nothing  ->  ${titleOf(newer)}`)
    return compare([], newer.objects)
  }
  const older = await readRelease(api, application, before)
  tell(`${titleOf(older)}  ->  ${titleOf(newer)}`)
  return compare(older.objects, newer.objects)
}

async function readRunning(api: ApiClient, application: string): Promise<WholeRelease> {
  const described = await api.call(api.raw.describeApplication, { application })
  const applied = described.application?.applied ?? 0n
  if (applied === 0n)
    throw new CommandError(`${application} has not been applied yet`, EXIT.conflict)
  return await readRelease(api, application, applied)
}

function titleOf({ release: { number, revision } }: WholeRelease): string {
  return `release ${number} (${shortRevision(revision)})`
}

/** What differs between two lists of objects, in the order of the newer one. */
export function compare(
  older: readonly ReleasedObject[],
  newer: readonly ReleasedObject[],
): readonly ObjectDiff[] {
  const before = new Map(older.map((object) => [object.id, object]))
  const after = new Set(newer.map(({ id }) => id))
  const changed = newer.flatMap((object): readonly ObjectDiff[] => {
    const known = before.get(object.id)
    if (known === undefined) return [{ object: objectName(object), change: 'created', fields: [] }]
    const fields = diffFields(valueOf(known), valueOf(object))
    return fields.length === 0 ? [] : [{ object: objectName(object), change: 'changed', fields }]
  })
  const deleted = older
    .filter(({ id }) => !after.has(id))
    .map((object) => ({ object: objectName(object), change: 'deleted', fields: [] }) as const)
  return [...changed, ...deleted]
}

/** The fields that differ; of Secrets too, whose values have been replaced by the server. */
function diffFields(before: JsonObject, after: JsonObject): readonly FieldChange[] {
  return diffObjects(before, after, FIELDS_MAX)
}

export function valueOf({ objectJson }: ReleasedObject): JsonObject {
  const value = parseJson(objectJson)
  if (!isJsonObject(value)) throw new CommandError('the server gave an object that is none')
  return value
}

const MARKS = { created: '+', changed: '~', deleted: '-' } as const
const TONES = { created: 'good', changed: 'busy', deleted: 'bad' } as const

function lines({ object, change, fields }: ObjectDiff): readonly string[] {
  const head = paint(process.stdout, `${MARKS[change]} ${object}  ${change}`, TONES[change])
  const more = fields.map(({ path, before, after }) => {
    const [was, is] = [textOf(before), textOf(after)]
    return `    ${path}: ${paint(process.stdout, was, 'bad')} -> ${paint(process.stdout, is, 'good')}`
  })
  return [head, ...more]
}

function textOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value, (_, inner: unknown) =>
          typeof inner === 'bigint' ? String(inner) : inner,
        )
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}...` : text
}
