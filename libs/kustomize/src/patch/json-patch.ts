import {
  isYamlList,
  isYamlMap,
  parseJson,
  parseYaml,
  printJson,
  type YamlMap,
  type YamlValue,
} from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import { asKustomizeError } from '../node/from-yaml.ts'
import { Copies } from '../limits.ts'
import { fieldValue, type Place, placeOf } from './json-place.ts'

/** One operation of RFC 6902. */
export interface Operation {
  readonly op: string
  readonly path: string | undefined
  readonly from: string | undefined
  /** `undefined` where the operation has none, which is not null. */
  readonly value: YamlValue | undefined
}

// The largest patch that we met has 60; each costs a walk of its path.
const OPERATIONS_MAX = 5_000
// Sixty operations in a mapping of a thousand keys come to a quarter of this.
const ENTRIES_MAX = 250_000

/** Reads a patch, JSON or YAML. @throws KustomizeError when it is no list of operations */
export function readJsonPatch(source: string): readonly Operation[] {
  refuseMany(blockItems(source))
  const value = readAny(source)
  if (value === null) return []
  if (!isYamlList(value))
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      `json: cannot unmarshal ${isYamlMap(value) ? 'object' : typeof value} into Go value of type jsonpatch.Patch`,
      { hint: 'a JSON patch is a list of operations' },
    )
  refuseMany(value.length)
  return value.map((each) => {
    if (!isYamlMap(each))
      throw new KustomizeError(
        'KUSTOMIZE_PATCH',
        `json: cannot unmarshal ${isYamlList(each) ? 'array' : typeof each} into Go value of type jsonpatch.Operation`,
      )
    const op = each.get('op')
    return {
      op: typeof op === 'string' ? op : 'unknown',
      path: pointer(each.get('path')),
      from: pointer(each.get('from')),
      value: each.get('value'),
    }
  })
}

/** Applies a patch as evanphx/json-patch v4.13 does, whose `replace` also adds. */
export function applyJsonPatch(operations: readonly Operation[], document: YamlValue): YamlValue {
  const copies = new Copies()
  let entries = 0
  const patched = operations.reduce((at, operation) => {
    entries += entriesOnTheWay(at, operation.from) + entriesOnTheWay(at, operation.path)
    refuseEntries(entries)
    return applyOne(operation, at, copies)
  }, document)
  new Copies().takeValue(patched)
  return patched
}

/** What a change copies: every mapping and list that its pointer leads through. */
function entriesOnTheWay(document: YamlValue, path: string | undefined): number {
  return path === undefined ? 0 : (placeOf(document, path)?.entries ?? 0)
}

function refuseEntries(count: number): void {
  if (count <= ENTRIES_MAX) return
  throw new KustomizeError('KUSTOMIZE_LIMIT', `a JSON patch that copies ${count} entries`, {
    hint: `at most ${ENTRIES_MAX} are allowed; replace a whole field instead`,
  })
}

function refuseMany(operations: number): void {
  if (operations <= OPERATIONS_MAX) return
  throw new KustomizeError('KUSTOMIZE_LIMIT', `a JSON patch of ${operations} operations`, {
    hint: `at most ${OPERATIONS_MAX} are allowed; replace a whole field instead`,
  })
}

/** The items of a list in block style: nothing else starts a line with a dash. Known without reading megabytes of YAML. */
function blockItems(source: string): number {
  if (!source.startsWith('- ')) return 0
  let count = 1
  for (let at = source.indexOf('\n- '); at >= 0; at = source.indexOf('\n- ', at + 1)) count += 1
  return count
}

function readAny(source: string): YamlValue {
  try {
    if (source.startsWith('[')) return parseJson(source)
    return parseYaml(source, { flavour: 'yaml2', duplicateKeys: 'error' })
  } catch (error) {
    throw asKustomizeError(error)
  }
}

function pointer(value: YamlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function applyOne(operation: Operation, document: YamlValue, copies: Copies): YamlValue {
  const { op } = operation
  switch (op) {
    case 'add':
      return add(document, operation)
    case 'remove':
      return remove(document, operation)
    case 'replace':
      return replace(document, operation)
    case 'move':
      return moveOrCopy(document, operation, { op })
    case 'copy':
      return moveOrCopy(document, operation, { op, copies })
    case 'test':
      return test(document, operation)
    default:
      throw new KustomizeError('KUSTOMIZE_PATCH', `Unexpected kind: ${op}`, {
        hint: '"op" is one of add, remove, replace, move, copy and test',
      })
  }
}

function add(document: YamlValue, { path, value }: Operation): YamlValue {
  const at = pathOf(path, 'add operation failed to decode path: missing value')
  const place = placeOf(document, at)
  if (place === undefined)
    throw missing(`add operation does not apply: doc is missing path: ${JSON.stringify(at)}`)
  return place.put(added(place, value ?? null, `error in add for path: '${at}'`))
}

function remove(document: YamlValue, { path }: Operation): YamlValue {
  const at = pathOf(path, 'remove operation failed to decode path: missing value')
  const place = placeOf(document, at)
  if (place === undefined)
    throw missing(`remove operation does not apply: doc is missing path: ${JSON.stringify(at)}`)
  return place.put(removed(place, `error in remove for path: '${at}'`))
}

function replace(document: YamlValue, { path, value = null }: Operation): YamlValue {
  const at = pathOf(
    path,
    'replace operation failed to decode path: operation missing path field: missing value',
  )
  if (at === '') return value
  const place = placeOf(document, at)
  if (place === undefined)
    throw missing(`replace operation does not apply: doc is missing path: ${at}`)
  const { container, key } = place
  if (isYamlMap(container)) return place.put(new Map(container).set(key, value))
  const index = existing(container, key)
  if (index === undefined)
    throw missing(`replace operation does not apply: doc is missing key: ${at}`, 'PATCH_INDEX')
  return place.put(container.with(index, value))
}

function moveOrCopy(
  document: YamlValue,
  { from, path }: Operation,
  { op, copies }: { readonly op: 'move' | 'copy'; readonly copies?: Copies },
): YamlValue {
  const source = pathOf(
    from,
    `${op} operation failed to decode from: operation, missing from field: missing value`,
  )
  const place = placeOf(document, source)
  if (place === undefined)
    throw missing(`${op} operation does not apply: doc is missing from path: ${source}`)
  const { container, key } = place
  const value = isYamlMap(container)
    ? (container.get(key) ?? null)
    : container[existing(container, key) ?? -1]
  if (value === undefined) throw invalidIndex(`error in ${op} for path: '${key}'`, key)
  copies?.takeValue(value)
  const rest =
    op === 'copy' ? document : place.put(removed(place, `error in move for path: '${key}'`))
  const target = pathOf(
    path,
    `${op} operation failed to decode path: operation missing path field: missing value`,
  )
  const destination = placeOf(rest, target)
  if (destination === undefined)
    throw missing(`${op} operation does not apply: doc is missing destination path: ${target}`)
  return destination.put(added(destination, value, `error in ${op} for path: '${target}'`))
}

function test(document: YamlValue, { path, value = null }: Operation): YamlValue {
  const at = pathOf(
    path,
    'test operation failed to decode path: operation missing path field: missing value',
  )
  const place = at === '' ? undefined : placeOf(document, at)
  if (at !== '' && place === undefined)
    throw missing(`test operation does not apply: is missing path: ${at}`)
  const found = place === undefined ? document : fieldValue(place.container, place.key)
  if (printed(found ?? null) !== printed(value))
    throw new KustomizeError('KUSTOMIZE_PATCH', `testing value ${at} failed: test failed`, {
      hint: 'the object has another value there',
    })
  return document
}

function printed(value: YamlValue): string {
  try {
    return printJson(value)
  } catch (error) {
    throw asKustomizeError(error)
  }
}

function added(
  { container, key }: Place,
  value: YamlValue,
  told: string,
): YamlMap | readonly YamlValue[] {
  if (isYamlMap(container)) return new Map(container).set(key, value)
  if (key === '-') return [...container, value]
  const index = indexOf(key)
  if (index === undefined)
    throw new KustomizeError(
      'PATCH_INDEX',
      `${told}: value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`,
    )
  const size = container.length + 1
  if (index >= size || index < -size) throw invalidIndex(told, key)
  return container.toSpliced(index < 0 ? index + size : index, 0, value)
}

function removed({ container, key }: Place, told: string): YamlMap | readonly YamlValue[] {
  if (isYamlMap(container)) {
    if (!container.has(key)) throw missing(`${told}: Unable to remove nonexistent key: ${key}`)
    const rest = new Map(container)
    rest.delete(key)
    return rest
  }
  const index = existing(container, key)
  if (index === undefined) throw invalidIndex(told, key)
  return container.toSpliced(index, 1)
}

/** The index of an item that is there; from the end where it is negative. */
function existing(list: readonly YamlValue[], key: string): number | undefined {
  const index = indexOf(key)
  if (index === undefined || index >= list.length || index < -list.length) return undefined
  return index < 0 ? index + list.length : index
}

function indexOf(key: string): number | undefined {
  return /^[-+]?[0-9]{1,15}$/.test(key) ? Number(key) : undefined
}

function pathOf(path: string | undefined, told: string): string {
  if (path !== undefined) return path
  throw new KustomizeError('PATCH_PATH', told, { hint: 'give the operation a "path" (and "from")' })
}

function missing(told: string, code: 'PATCH_PATH' | 'PATCH_INDEX' = 'PATCH_PATH'): KustomizeError {
  return new KustomizeError(code, `${told}: missing value`, {
    hint: 'the object has no such field; "add" its parent first',
  })
}

function invalidIndex(told: string, key: string): KustomizeError {
  const words =
    indexOf(key) === undefined
      ? `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`
      : `Unable to access invalid index: ${key}: invalid index referenced`
  return new KustomizeError('PATCH_INDEX', `${told}: ${words}`, { hint: 'the list is shorter' })
}
