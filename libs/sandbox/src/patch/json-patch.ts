import { equalJson, isList, isObject, type Json, type JsonObject } from '../json.ts'

/** A patch that is malformed, or that does not fit the object. */
export class PatchError extends Error {
  override readonly name: string = 'PatchError'
  readonly kind: 'malformed' | 'unfit'

  constructor(message: string, kind: PatchError['kind'] = 'unfit') {
    super(message)
    this.kind = kind
  }
}

export const OPERATIONS_MAX = 10_000 // The API server's limit (maxJSONPatchOperations).

interface Operation {
  readonly op: string
  readonly path: string
  readonly from: string | undefined
  readonly value: Json | undefined
}

/**
 * Applies a JSON patch (RFC 6902).
 *
 * @throws PatchError when an operation is wrong or does not fit.
 */
export function applyJsonPatch(object: JsonObject, patch: Json): Json {
  if (!isList(patch)) throw new PatchError('a JSON patch is a list of operations', 'malformed')
  let value: Json = object
  for (const item of patch) value = applyOperation(value, readOperation(item))
  return value
}

function readOperation(item: Json): Operation {
  if (!isObject(item))
    throw new PatchError('an operation of a JSON patch is an object', 'malformed')
  const { op, path, from, value } = item
  if (typeof op !== 'string' || typeof path !== 'string') {
    throw new PatchError('an operation of a JSON patch has an op and a path', 'malformed')
  }
  return { op, path, from: typeof from === 'string' ? from : undefined, value }
}

function applyOperation(value: Json, { op, path, from, value: given }: Operation): Json {
  const at = parsePointer(path)
  switch (op) {
    case 'add':
      return edit(value, at, { kind: 'add', value: given ?? null })
    case 'replace':
      return edit(value, at, { kind: 'replace', value: given ?? null })
    case 'remove':
      return edit(value, at, { kind: 'remove' })
    case 'copy':
      return edit(value, at, { kind: 'add', value: read(value, from) })
    case 'move':
      return edit(edit(value, parsePointer(from ?? ''), { kind: 'remove' }), at, {
        kind: 'add',
        value: read(value, from),
      })
    case 'test':
      if (equalJson(read(value, path), given ?? null)) return value
      throw new PatchError(`testing value ${path} failed: test failed`)
    default:
      throw new PatchError(`Unexpected kind: ${op}`)
  }
}

function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/'))
    throw new PatchError(`${JSON.stringify(pointer)} is not a JSON pointer`)
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(value: Json, pointer: string | undefined): Json {
  let found: Json | undefined = value
  for (const part of parsePointer(pointer ?? '')) {
    found = isList(found) ? found[Number(part)] : isObject(found) ? found[part] : undefined
  }
  if (found === undefined) throw missing(pointer ?? '')
  return found
}

type Edit = { readonly kind: 'add' | 'replace'; readonly value: Json } | { readonly kind: 'remove' }

function edit(value: Json, path: readonly string[], change: Edit): Json {
  const [part, ...rest] = path
  if (part === undefined) {
    if (change.kind === 'remove') throw new PatchError('the whole document cannot be removed')
    return change.value
  }
  if (isList(value)) return editList(value, part, rest, change)
  if (!isObject(value)) throw missing(part)
  if (rest.length > 0) {
    const child = value[part]
    if (child === undefined) throw missing(part)
    return { ...value, [part]: edit(child, rest, change) }
  }
  if (change.kind !== 'add' && !(part in value)) throw missing(part)
  if (change.kind !== 'remove') return { ...value, [part]: change.value }
  const { [part]: _removed, ...others } = value
  return others
}

function editList(
  list: readonly Json[],
  part: string,
  rest: readonly string[],
  change: Edit,
): Json {
  const isEnd = part === '-' && change.kind === 'add' && rest.length === 0
  const index = isEnd ? list.length : Number(part)
  const last = change.kind === 'add' && rest.length === 0 ? list.length : list.length - 1
  if (!Number.isInteger(index) || index < 0 || index > last) {
    throw new PatchError(`Unable to access invalid index: ${part}: invalid index referenced`)
  }
  if (rest.length > 0) return list.with(index, edit(list[index] ?? null, rest, change))
  if (change.kind === 'replace') return list.with(index, change.value)
  return change.kind === 'add' ? list.toSpliced(index, 0, change.value) : list.toSpliced(index, 1)
}

function missing(part: string): PatchError {
  return new PatchError(`${part}: doc is missing path: missing value`)
}
