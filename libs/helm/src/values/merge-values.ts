import {
  decodeJson,
  fromBuffer,
  fromBytes,
  FunctionError,
  GoMap,
  toBytes,
} from '@tidemark/go-template'
import { type Flavour, type FlavourRules, rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { mergeMaps } from './merge-maps.ts'
import { setValues } from './set-values.ts'
import { readValues } from './values-documents.ts'

/** A file of values, by the name that messages and reports give it. */
export interface ValuesFile {
  readonly name: string
  readonly text: FileText
}

/** Text, or the bytes of a file as it lies there. */
type FileText = string | Uint8Array

/** Everything that a user can say about values, in the order in which `helm template` applies it. */
export interface ValuesInput {
  /** `helm3` where none is given; what `loadChart` was given. */
  readonly flavour?: Flavour
  readonly files?: readonly ValuesFile[]
  readonly setJson?: readonly string[]
  readonly set?: readonly string[]
  readonly setString?: readonly string[]
  readonly setFile?: readonly string[]
  readonly setLiteral?: readonly string[]
  /** Gives the text of a file that `setFile` names; throws where there is none. */
  readonly readFile?: (name: string) => FileText
}

/** The user's values, before those of the chart. Texts are JavaScript text. Throws `HelmError` with Helm's text. */
export function mergeValues(input: ValuesInput): GoMap {
  const rules = rulesOf(input.flavour)
  let values = new GoMap()
  for (const { name, text } of input.files ?? []) {
    const purpose = { problem: `failed to parse ${toBytes(name)}: `, code: 'VALUES' as const }
    values = mergeMaps(values, readValues(bytesOf(text), purpose, rules.valuesDocuments))
  }
  for (const line of input.setJson ?? []) values = withJson(line, values, rules)
  for (const line of input.set ?? [])
    prefixed('--set', () => setValues(toBytes(line), values, { style: 'typed' }))
  for (const line of input.setString ?? [])
    prefixed('--set-string', () => setValues(toBytes(line), values, { style: 'string' }))
  const readFile = (name: string): string => bytesOf(input.readFile?.(fromBytes(name)) ?? '')
  for (const line of input.setFile ?? [])
    prefixed('--set-file', () => setValues(toBytes(line), values, { style: 'file', readFile }))
  for (const line of input.setLiteral ?? [])
    prefixed('--set-literal', () => setValues(toBytes(line), values, { style: 'literal' }))
  return values
}

function bytesOf(text: FileText): string {
  return typeof text === 'string' ? toBytes(text) : fromBuffer(text)
}

function withJson(line: string, values: GoMap, { setJsonObject }: FlavourRules): GoMap {
  if (setJsonObject === 'merged' && line.trimStart().startsWith('{'))
    return mergeMaps(values, jsonObject(line))
  try {
    setValues(toBytes(line), values, { style: 'json' })
    return values
  } catch (error) {
    if (error instanceof HelmError)
      throw new HelmError('VALUES', `failed parsing --set-json data ${line}`, { cause: error })
    throw error
  }
}

function jsonObject(line: string): GoMap {
  try {
    const object = decodeJson(toBytes(line), 'object')
    if (object instanceof GoMap) return object
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error
  }
  throw new HelmError('VALUES', `failed parsing --set-json data JSON: ${line}`)
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
