import { isObject, listAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import type { FieldSet } from './field-set.ts'
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts'

export type Operation = 'Apply' | 'Update'

/** Who wrote: an entry of managedFields without its fields and its time. */
export interface ManagerId {
  readonly manager: string
  readonly operation: Operation
  readonly apiVersion: string
  readonly subresource: string
}

/** One entry of `metadata.managedFields`. */
export interface Managed extends ManagerId {
  readonly time: string | undefined
  readonly set: FieldSet
}

/** All entries, by the key that tells managers apart. */
export type Managers = ReadonlyMap<string, Managed>

/** Appliers are the same manager in every API version; updaters are not. */
export function managerKey(id: ManagerId): string {
  const version = id.operation === 'Apply' ? '' : id.apiVersion
  return JSON.stringify([id.manager, id.operation, version, id.subresource])
}

/** The managers of an object. Entries that cannot be read are left out, as the API server does. */
export function decodeManagers(object: JsonObject | undefined): Managers {
  const managers = new Map<string, Managed>()
  for (const entry of listAt(objectAt(object, 'metadata'), 'managedFields')) {
    const managed = isObject(entry) ? decodeEntry(entry) : undefined
    if (managed !== undefined) managers.set(managerKey(managed), managed)
  }
  return managers
}

function decodeEntry(entry: JsonObject): Managed | undefined {
  const operation = entry['operation']
  const apiVersion = stringAt(entry, 'apiVersion')
  if ((operation !== 'Apply' && operation !== 'Update') || apiVersion === undefined)
    return undefined
  return {
    manager: stringAt(entry, 'manager') ?? '',
    operation,
    apiVersion,
    subresource: stringAt(entry, 'subresource') ?? '',
    time: stringAt(entry, 'time'),
    set: fromFieldsV1(objectAt(entry, 'fieldsV1')),
  }
}

/** `object` with these managers, in the order of the API server: operation, time, name, version. */
export function encodeManagers(object: JsonObject, managers: Managers): JsonObject {
  const entries = [...managers.values()].toSorted(compareManaged).map(encodeEntry)
  const metadata = withFields(objectAt(object, 'metadata'), {
    managedFields: entries.length === 0 ? undefined : entries,
  })
  return withFields(object, { metadata })
}

function encodeEntry(managed: Managed): JsonObject {
  return {
    ...(managed.manager === '' ? {} : { manager: managed.manager }),
    operation: managed.operation,
    apiVersion: managed.apiVersion,
    ...(managed.time === undefined ? {} : { time: managed.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(managed.set),
    ...(managed.subresource === '' ? {} : { subresource: managed.subresource }),
  }
}

function compareManaged(left: Managed, right: Managed): number {
  return (
    compareText(left.operation, right.operation) ||
    compareText(left.time ?? '', right.time ?? '') ||
    compareText(left.manager, right.manager) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  )
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** `object` without managedFields, as it is compared and merged. */
export function withoutManagers(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata')
  if (!('managedFields' in metadata)) return object
  return withFields(object, { metadata: withFields(metadata, { managedFields: undefined }) })
}
