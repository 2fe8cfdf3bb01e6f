import { field, isJsonList, isJsonObject, type Json, jsonEquals, type JsonObject } from './json.ts'
import { redactSecret } from './secrets.ts'

/** One field in which two objects differ; an absent side is undefined. */
export interface FieldChange {
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

const SECRET_PATHS = /^(?:data|stringData)(?:\.|\[|$)/u
const NAME_KEYS = ['name', 'key', 'ip', 'mountPath', 'containerPort', 'port'] as const

/**
 * The fields in which two versions of one object differ, in order, at most `limit`. Values of Secrets are compared and
 * then shown as `[secret]`. Elements of lists are matched by the key that both lists are unique in (such as `name`),
 * else by their place.
 */
export function diffObjects(
  before: JsonObject,
  after: JsonObject,
  limit: number,
): readonly FieldChange[] {
  const changes: FieldChange[] = []
  walk({ before, after, path: '' }, changes, limit)
  const shownBefore = redactSecret(before)
  const isRedacted = shownBefore !== before || redactSecret(after) !== after
  return isRedacted ? changes.map(hideValue) : changes
}

interface Pair {
  readonly before: Json | undefined
  readonly after: Json | undefined
  readonly path: string
}

function walk({ before, after, path }: Pair, changes: FieldChange[], limit: number): void {
  if (changes.length >= limit || jsonEquals(before, after)) return
  const parts = membersOf(before, after, path)
  if (parts === undefined)
    changes.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })
  else for (const part of parts) walk(part, changes, limit)
}

function membersOf(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): readonly Pair[] | undefined {
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.map((key) => ({
      before: field(before, key),
      after: field(after, key),
      path: memberPath(path, key),
    }))
  }
  return isJsonList(before) && isJsonList(after) ? elementsOf(before, after, path) : undefined
}

function elementsOf(
  before: readonly Json[],
  after: readonly Json[],
  path: string,
): readonly Pair[] {
  const key = NAME_KEYS.find((name) => isUniqueIn(before, name) && isUniqueIn(after, name))
  if (key === undefined) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, index) => ({
      before: before[index],
      after: after[index],
      path: `${path}[${index}]`,
    }))
  }
  const names = [...new Set([...before, ...after].map((item) => nameOf(item, key)))]
  return names.map((name) => ({
    before: before.find((item) => nameOf(item, key) === name),
    after: after.find((item) => nameOf(item, key) === name),
    path: `${path}[${key}=${name}]`,
  }))
}

function isUniqueIn(list: readonly Json[], key: string): boolean {
  const names = list.map((item) => nameOf(item, key))
  return names.every((name) => name !== undefined) && new Set(names).size === list.length
}

function nameOf(item: Json, key: string): string | undefined {
  const value = field(item, key)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function memberPath(path: string, key: string): string {
  if (/[./]/u.test(key)) return `${path}['${key}']`
  return path === '' ? key : `${path}.${key}`
}

function hideValue(change: FieldChange): FieldChange {
  if (!SECRET_PATHS.test(change.path) && !change.path.includes('last-applied-configuration'))
    return change
  return {
    path: change.path,
    ...(change.before === undefined ? {} : { before: '[secret]' }),
    ...(change.after === undefined ? {} : { after: '[secret]' }),
  }
}
