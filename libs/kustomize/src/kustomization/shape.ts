import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import { nearest } from './nearest.ts'

/**
 * How a value is read into a type, as Go's encoding/json does for kustomize: names of fields are compared without
 * regard to case, null is as good as nothing, and a wrong type is refused by name.
 */
export interface Shape<T> {
  /** What stands for "not there". */
  readonly empty: T
  readonly goType: string
  decode(value: YamlValue, at: Reading): T
}

export interface Reading {
  /** Refuse fields that nobody knows (kustomizations), or pass over them (plugin configurations). */
  readonly unknownFields: 'refuse' | 'ignore'
  /** The line at which a field stands, for messages. */
  readonly lineOf?: (path: string) => number | undefined
  /** Whether a number or boolean may stand for a text, as sigs.k8s.io/yaml lets it where it knows the target. */
  readonly scalarsAsText: boolean
  readonly path: string
  /** The Go struct whose field is read, and the fields that lead there; for upstream's messages. */
  readonly struct?: string
  readonly goPath?: string
}

export type Shaped<S> = S extends Shape<infer T> ? T : never

export const string: Shape<string> = {
  empty: '',
  goType: 'string',
  decode: (value, at) => {
    if (typeof value === 'string') return value
    if (at.scalarsAsText && typeof value !== 'object') return String(value)
    throw wrongType(value, 'string', at)
  },
}

export const boolean: Shape<boolean> = {
  empty: false,
  goType: 'bool',
  decode: (value, at) => {
    if (typeof value === 'boolean') return value
    throw wrongType(value, 'bool', at)
  },
}

export const integer: Shape<number> = {
  empty: 0,
  goType: 'int64',
  decode: (value, at) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    throw wrongType(value, 'int64', at)
  },
}

/** Any mapping, as it is. */
export const anyMap: Shape<YamlMap | undefined> = {
  empty: undefined,
  goType: 'map[string]interface {}',
  decode: (value, at) => {
    if (isYamlMap(value)) return value
    throw wrongType(value, 'map[string]interface {}', at)
  },
}

/** Texts by name; `undefined` where the field is not there, which is not the same as empty. */
export const stringMap: Shape<ReadonlyMap<string, string> | undefined> = {
  empty: undefined,
  goType: 'map[string]string',
  decode: (value, at) => {
    if (!isYamlMap(value)) throw wrongType(value, 'map[string]string', at)
    const map = new Map<string, string>()
    for (const [key, each] of value)
      map.set(key, each === null ? '' : string.decode(each, { ...at, path: `${at.path}.${key}` }))
    return map
  },
}

/** `undefined` where the field is not there, which is not the same as an empty list. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[] | undefined> {
  const goType = `[]${item.goType}`
  return {
    empty: undefined,
    goType,
    decode: (value, at) => {
      if (!isYamlList(value)) throw wrongType(value, goType, at)
      return value.map((each, index) =>
        each === null ? item.empty : item.decode(each, { ...at, path: `${at.path}[${index}]` }),
      )
    },
  }
}

/** A struct that can be missing as a whole. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { empty: undefined, goType: shape.goType, decode: (value, at) => shape.decode(value, at) }
}

type Fields = Readonly<Record<string, Shape<unknown>>>
export type Struct<F extends Fields> = { readonly [Key in keyof F]: Shaped<F[Key]> }

/** A struct with these fields and no others; `embedded` names the structs in which Go declares some of them. */
export function struct<F extends Fields>(
  name: string,
  fields: F,
  embedded: Readonly<Record<string, string>> = {},
): Shape<Struct<F>> {
  const goType = `types.${name}`
  const byFoldedName = new Map(Object.keys(fields).map((key) => [key.toLowerCase(), key]))
  const entries = Object.entries(fields)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Built from the very fields that the type lists.
  const empty = Object.fromEntries(entries.map(([key, shape]) => [key, shape.empty])) as Struct<F>
  return {
    empty,
    goType,
    decode: (value, at) => {
      if (!isYamlMap(value)) throw wrongType(value, goType, at)
      const result: Record<string, unknown> = { ...empty }
      for (const [key, each] of value) {
        const known = key in fields ? key : byFoldedName.get(key.toLowerCase())
        const shape = known === undefined ? undefined : fields[known]
        if (known === undefined || shape === undefined) refuseUnknown(key, at, Object.keys(fields))
        else if (each !== null)
          result[known] = shape.decode(
            each,
            fieldOf(at, { struct: name, field: known, within: embedded[known] }),
          )
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- As above.
      return result as Struct<F>
    },
  }
}

function fieldOf(
  at: Reading,
  { struct: name, field, within }: { struct: string; field: string; within: string | undefined },
): Reading {
  const goField = within === undefined ? field : `${within}.${field}`
  return {
    ...at,
    path: at.path === '' ? field : `${at.path}.${field}`,
    struct: name,
    goPath: at.goPath === undefined ? goField : `${at.goPath}.${goField}`,
  }
}

function refuseUnknown(key: string, at: Reading, known: readonly string[]): void {
  if (at.unknownFields === 'ignore') return
  const close = nearest(key, known)
  const where = at.path === '' ? '' : ` in ${at.path}`
  const place = placeOf(at, at.path === '' ? key : `${at.path}.${key}`)
  throw new KustomizeError(
    'KUSTOMIZE_UNKNOWN_FIELD',
    `json: unknown field ${JSON.stringify(key)}`,
    {
      hint:
        close === undefined
          ? `${place}there is no such field${where}; take it out`
          : `${place}did you mean ${JSON.stringify(close)}${where}?`,
    },
  )
}

function placeOf({ lineOf }: Reading, path: string): string {
  const line = lineOf?.(path)
  return line === undefined ? '' : `line ${line}: `
}

function wrongType(value: YamlValue, goType: string, at: Reading): KustomizeError {
  const { struct: name, goPath } = at
  const target = goPath === undefined ? 'Go value' : `Go struct field ${name ?? ''}.${goPath}`
  return new KustomizeError(
    'KUSTOMIZE_FIELD_TYPE',
    `json: cannot unmarshal ${jsonKind(value)} into ${target} of type ${goType}`,
    { hint: `${placeOf(at, at.path)}${at.path || 'the document'} must be ${plainWords(goType)}` },
  )
}

function jsonKind(value: YamlValue): string {
  if (isYamlMap(value)) return 'object'
  if (isYamlList(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'number'
}

function plainWords(goType: string): string {
  if (goType.startsWith('[]')) return `a list of ${plainWords(goType.slice(2))}`
  if (goType.startsWith('map')) return 'a mapping'
  if (goType === 'string') return 'a text; quote it'
  if (goType === 'bool') return 'true or false'
  if (goType === 'int64') return 'a whole number'
  return `a mapping (${goType.replace('types.', '')})`
}
