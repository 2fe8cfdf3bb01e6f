import {
  canonicalJson,
  equalJson,
  objectAt,
  stringAt,
  withFields,
  type JsonObject,
} from '../json.ts'
import type { MapNode } from '../schema/node.ts'
import { compare } from './compare.ts'
import {
  difference,
  EMPTY_SET,
  hasPath,
  isEmpty,
  union,
  type FieldEntry,
  type FieldSet,
} from './field-set.ts'
import {
  decodeManagers,
  encodeManagers,
  managerKey,
  withoutManagers,
  type Managed,
  type ManagerId,
  type Managers,
} from './managed.ts'
import { UnkeyedItem } from './path-element.ts'
import { toFieldSet } from './to-field-set.ts'
import { applyConfig, ApplyConflicts, update, type Changed } from './updater.ts'

/** Where a write arrives: it decides which fields can be owned through it. */
export interface Endpoint {
  readonly node: MapNode
  readonly apiVersion: string
  readonly subresource: string
  readonly reset: FieldSet
  /** What an object of the kind is before anything was set. */
  readonly zero: JsonObject
}

export interface Writer {
  readonly manager: string
  /** RFC 3339, in seconds. */
  readonly time: string | undefined
}

const UPDATERS_MAX = 10 // More are folded into one entry, oldest first, as the API server does.
const ANCIENT = 'ancient-changes'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const KUBECTL = 'kubectl'

/** What nobody owns: the identity of an object and what the server keeps about it. */
const STRIPPED: FieldSet = new Map<string, FieldEntry>([
  ['f:apiVersion', leaf()],
  ['f:kind', leaf()],
  [
    'f:metadata',
    {
      own: true,
      below: new Map(
        [
          'name',
          'namespace',
          'creationTimestamp',
          'selfLink',
          'uid',
          'clusterName',
          'generation',
          'managedFields',
          'resourceVersion',
        ].map((name) => [`f:${name}`, leaf()]),
      ),
    },
  ],
])

function leaf(): FieldEntry {
  return { own: true, below: EMPTY_SET }
}

/** `next` with the managedFields that it has after `writer` made it of `live` (nothing, for a create). */
export function trackUpdate(
  endpoint: Endpoint,
  live: JsonObject | undefined,
  next: JsonObject,
  writer: Writer,
): JsonObject {
  const given = decodeManagers(next)
  const isReset = endpoint.subresource === '' && isResetOfManagers(next)
  const fromLive = endpoint.subresource !== '' || given.size === 0
  const managers = isReset ? new Map<string, Managed>() : fromLive ? decodeManagers(live) : given
  if (managers.size === 0 && live !== undefined) return encodeManagers(next, new Map())
  try {
    const tracked = takeOver(endpoint, live ?? endpoint.zero, next, { writer, managers })
    return encodeManagers(next, capUpdaters(tracked))
  } catch (error) {
    // A list that its schema forbids has no owners, and then the object has none (UpdateNoErrors).
    if (error instanceof UnkeyedItem) return encodeManagers(next, new Map())
    throw error
  }
}

function isResetOfManagers(next: JsonObject): boolean {
  const given = objectAt(next, 'metadata')['managedFields']
  if (!Array.isArray(given)) return false
  return given.length === 0 || (given.length === 1 && equalJson(given[0], {}))
}

interface Takeover {
  readonly writer: Writer
  readonly managers: Managers
}

const SELF = 'current-operation'

function takeOver(
  endpoint: Endpoint,
  live: JsonObject,
  next: JsonObject,
  { writer, managers }: Takeover,
): Managers {
  const by = managedBy(endpoint, 'Update', writer)
  const ownership = { node: endpoint.node, reset: endpoint.reset, managers, key: SELF }
  const updated = new Map(update(withoutManagers(live), withoutManagers(next), by, ownership))
  const own = updated.get(SELF)
  updated.delete(SELF)
  const set = own === undefined ? EMPTY_SET : difference(own.set, STRIPPED)
  if (isEmpty(set)) return updated
  const key = managerKey(by)
  updated.set(key, { ...by, set: union(set, updated.get(key)?.set ?? EMPTY_SET) })
  return updated
}

function managedBy(endpoint: Endpoint, operation: ManagerId['operation'], writer: Writer): Managed {
  return {
    manager: writer.manager,
    operation,
    apiVersion: endpoint.apiVersion,
    subresource: endpoint.subresource,
    time: writer.time,
    set: EMPTY_SET,
  }
}

function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update')
  if (updaters.length <= UPDATERS_MAX) return managers
  const oldest = updaters.toSorted((left, right) =>
    (left.time ?? '') + left.manager < (right.time ?? '') + right.manager ? -1 : 1,
  )
  const out = new Map(managers)
  for (const managed of oldest.slice(0, updaters.length - UPDATERS_MAX + 1)) {
    out.delete(managerKey(managed))
    const bucket: Managed = { ...managed, manager: ANCIENT, subresource: '' }
    const key = managerKey(bucket)
    out.set(key, { ...bucket, set: union(managed.set, out.get(key)?.set ?? EMPTY_SET) })
  }
  return out
}

/**
 * A server-side apply of `config` on `live` (nothing, for a create). The result carries its managedFields and
 * is not defaulted yet; when the apply changes no field, it is `live` but for managedFields.
 *
 * @throws ApplyConflicts when another manager owns a field that would change, unless forced.
 */
export function applyManaged(
  endpoint: Endpoint,
  live: JsonObject | undefined,
  config: JsonObject,
  writer: Writer & { readonly conflicts: 'force' | 'refuse' },
): JsonObject {
  const before = withoutManagers(live ?? endpoint.zero)
  let managers = decodeManagers(live)
  if (managers.size === 0 && live !== undefined) {
    const first = { manager: 'before-first-apply', time: writer.time }
    managers = takeOver(endpoint, endpoint.zero, before, { writer: first, managers })
  }
  const by = managedBy(endpoint, 'Apply', writer)
  const key = managerKey(by)
  const context = { node: endpoint.node, reset: endpoint.reset, managers, key }
  const changed = applyOrAdopt(before, config, by, { ...context, conflicts: writer.conflicts })
  const out = new Map(changed.managers)
  const own = out.get(key)
  const set = own === undefined ? EMPTY_SET : difference(own.set, STRIPPED)
  // An apply that changes nothing leaves the time of its entry alone.
  const time = changed.object === before ? managers.get(key)?.time : writer.time
  if (isEmpty(set)) out.delete(key)
  else out.set(key, { ...by, set, time })
  return encodeManagers(withLastApplied(changed.object, config, writer), out)
}

type ApplyContext = Parameters<typeof applyConfig>[3]

/** kubectl may take over, without conflicts, what it applied from the client side before. */
function applyOrAdopt(
  live: JsonObject,
  config: JsonObject,
  by: Managed,
  context: ApplyContext,
): Changed {
  try {
    return applyConfig(live, config, by, context)
  } catch (error) {
    if (!(error instanceof ApplyConflicts) || by.manager !== KUBECTL) throw error
    const allowed = ownedByLastApplied(live, context.node, by.apiVersion)
    if (allowed === undefined) throw error
    const rest = error.conflicts.filter(({ path }) => !hasPath(allowed, path))
    if (rest.length > 0) throw new ApplyConflicts(rest)
    return applyConfig(live, config, by, { ...context, conflicts: 'force' })
  }
}

function ownedByLastApplied(
  live: JsonObject,
  node: MapNode,
  apiVersion: string,
): FieldSet | undefined {
  const text = stringAt(objectAt(objectAt(live, 'metadata'), 'annotations'), LAST_APPLIED)
  if (text === undefined || text === '') return undefined
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Checked on the next line.
    const applied = JSON.parse(text) as JsonObject
    if (stringAt(applied, 'apiVersion') !== apiVersion) return undefined
    const { modified, added, removed } = compare(applied, live, node)
    return difference(difference(difference(toFieldSet(applied, node), modified), added), removed)
  } catch {
    return undefined
  }
}

function withLastApplied(object: JsonObject, config: JsonObject, { manager }: Writer): JsonObject {
  const metadata = objectAt(object, 'metadata')
  const annotations = objectAt(metadata, 'annotations')
  if (manager !== KUBECTL || (annotations[LAST_APPLIED] ?? '') === '') return object
  const configMetadata = objectAt(config, 'metadata')
  const configAnnotations = objectAt(configMetadata, 'annotations')
  const stripped = withFields(config, {
    metadata: withFields(configMetadata, {
      annotations:
        LAST_APPLIED in configAnnotations
          ? withFields(configAnnotations, { [LAST_APPLIED]: undefined })
          : configMetadata['annotations'],
    }),
  })
  const text = `${canonicalJson(stripped)}\n`
  if (annotations[LAST_APPLIED] === text) return object
  return withFields(object, {
    metadata: withFields(metadata, {
      annotations: withFields(annotations, { [LAST_APPLIED]: text }),
    }),
  })
}
