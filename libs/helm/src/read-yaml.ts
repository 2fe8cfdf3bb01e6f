import { fromYamlValue, GoMap, GoSlice, toBytes, type Value, yamlText } from '@tidemark/go-template'
import { parseYaml, YamlError } from '@tidemark/yaml'
import { HelmError, type HelmErrorCode } from './helm-error.ts'

export interface YamlPurpose {
  /** Put before the reason. */
  readonly problem: string
  readonly code: HelmErrorCode
  /** The Go type that a message names. */
  readonly type?: string
}

/** A YAML text as Helm reads it: later keys win, numbers are float64. The text is Go bytes. */
export function readYaml(text: string, { problem, code }: YamlPurpose): Value {
  try {
    return fromYamlValue(
      parseYaml(yamlText(text), {
        flavour: 'yaml2',
        duplicateKeys: 'last-wins',
        numbers: 'float64',
      }),
    )
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const reason = `error converting YAML to JSON: ${toBytes(error.upstream)}`
    throw new HelmError(code, `${problem}${reason}`, { cause: error })
  }
}

/** The same, where only a mapping will do; nothing is an empty one. */
export function readYamlMap(text: string, purpose: YamlPurpose): GoMap {
  const value = readYaml(text, purpose)
  if (value === null) return new GoMap()
  if (value instanceof GoMap) return value
  const reason = `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${purpose.type ?? 'map[string]interface {}'}`
  throw new HelmError(purpose.code, `${purpose.problem}${reason}`)
}

/** What JSON calls a value. */
export function jsonKind(value: Value): string {
  if (value instanceof GoMap) return 'object'
  if (value instanceof GoSlice) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
