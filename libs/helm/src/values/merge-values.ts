import { fromBytes, GoMap, toBytes } from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'
import { readYamlMap } from '../read-yaml.ts'
import { setValues } from './set-values.ts'
import { isTable } from './values-map.ts'

/** A file of values, by the name that messages and reports give it. */
export interface ValuesFile {
  readonly name: string
  readonly text: string
}

/** Everything that a user can say about values, in the order in which `helm template` applies it. */
export interface ValuesInput {
  readonly files?: readonly ValuesFile[]
  readonly setJson?: readonly string[]
  readonly set?: readonly string[]
  readonly setString?: readonly string[]
  readonly setFile?: readonly string[]
  readonly setLiteral?: readonly string[]
  /** Gives the text of a file that `setFile` names; throws where there is none. */
  readonly readFile?: (name: string) => string
}

/** The user's values, before those of the chart. Texts are JavaScript text. Throws `HelmError` with Helm's text. */
export function mergeValues(input: ValuesInput): GoMap {
  let values = new GoMap()
  for (const { name, text } of input.files ?? []) {
    const purpose = { problem: `failed to parse ${toBytes(name)}: `, code: 'VALUES' as const }
    values = mergeMaps(values, readYamlMap(toBytes(text), purpose))
  }
  for (const line of input.setJson ?? []) applyJson(line, values)
  for (const line of input.set ?? [])
    prefixed('--set', () => setValues(toBytes(line), values, { style: 'typed' }))
  for (const line of input.setString ?? [])
    prefixed('--set-string', () => setValues(toBytes(line), values, { style: 'string' }))
  const readFile = (name: string): string => toBytes(input.readFile?.(fromBytes(name)) ?? '')
  for (const line of input.setFile ?? [])
    prefixed('--set-file', () => setValues(toBytes(line), values, { style: 'file', readFile }))
  for (const line of input.setLiteral ?? [])
    prefixed('--set-literal', () => setValues(toBytes(line), values, { style: 'literal' }))
  return values
}

function applyJson(line: string, values: GoMap): void {
  try {
    setValues(toBytes(line), values, { style: 'json' })
  } catch (error) {
    if (error instanceof HelmError)
      throw new HelmError('VALUES', `failed parsing --set-json data ${line}`, { cause: error })
    throw error
  }
}

function prefixed(flag: string, apply: () => void): void {
  try {
    apply()
  } catch (error) {
    if (error instanceof HelmError)
      throw new HelmError('VALUES', `failed parsing ${flag} data: ${error.message}`, {
        cause: error,
      })
    throw error
  }
}

/** Later maps go over earlier ones; lists and scalars are replaced. */
export function mergeMaps(below: GoMap, above: GoMap): GoMap {
  const entries = new Map(below.entries)
  for (const [key, value] of above.entries) {
    const known = entries.get(key)
    entries.set(key, isTable(value) && isTable(known) ? mergeMaps(known, value) : value)
  }
  return new GoMap(entries)
}
