import { collectVariables, substitute } from '@tidemark/envsubst'
import { type BuiltObject, KustomizeError } from '@tidemark/kustomize'
import {
  isYamlMap,
  parseYaml,
  printYaml,
  YamlError,
  type YamlMap,
  type YamlValue,
} from '@tidemark/yaml'
import { isRecord } from '../fields.ts'
import { textOf } from '../flux-object.ts'
import type { FluxSpec } from './merge-spec.ts'

/** Label or annotation of an object that wants no substitution. */
const DISABLED_KEY = 'kustomize.toolkit.fluxcd.io/substitute'

export interface Substitution {
  readonly spec: FluxSpec
  readonly substituteFrom?: readonly ReadonlyMap<string, string>[]
  readonly unset?: 'error' | 'empty'
}

/**
 * `spec.postBuild`: puts variables into the text of each object and reads it again, so that a value may become a number. Later
 * sources win, inline values over all. Nothing happens where there is no variable, unless `substituteStrategy` is Always
 * (fluxcd/pkg/kustomize v1.39). @throws EnvsubstError, KustomizeError
 */
export function substituteObjects(
  objects: readonly BuiltObject[],
  { spec, substituteFrom = [], unset = 'error' }: Substitution,
): readonly BuiltObject[] {
  const postBuild = spec['postBuild']
  if (!isRecord(postBuild)) return objects
  const variables = collectVariables([...substituteFrom, inlineVariables(postBuild['substitute'])])
  if (variables.size === 0 && postBuild['substituteStrategy'] !== 'Always') return objects
  return objects.map((object) => {
    if (isDisabled(object.value)) return object
    const text = substitute(object.yaml, variables, { unset })
    return text === object.yaml ? object : withText(object, text)
  })
}

function inlineVariables(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    isRecord(value) ? Object.entries(value).map(([name, each]) => [name, textOf(each)]) : [],
  )
}

function isDisabled(value: YamlMap): boolean {
  const metadata = value.get('metadata')
  return ['labels', 'annotations'].some((field) => {
    const map = isYamlMap(metadata) ? metadata.get(field) : undefined
    return isYamlMap(map) && map.get(DISABLED_KEY) === 'disabled'
  })
}

function withText(object: BuiltObject, text: string): BuiltObject {
  const parsed = parse(object, text)
  const value: YamlMap = isYamlMap(parsed) ? parsed : new Map<string, YamlValue>()
  const metadata = value.get('metadata')
  return {
    apiVersion: textAt(value, 'apiVersion'),
    kind: textAt(value, 'kind'),
    name: textAt(metadata, 'name'),
    namespace: textAt(metadata, 'namespace'),
    yaml: printYaml(value, 'yaml2'),
    origin: object.origin,
    layers: [...object.layers, { kustomization: '', transformer: 'postBuild' }],
    value,
  }
}

function parse({ kind, name }: BuiltObject, text: string): YamlValue {
  try {
    return parseYaml(text, {
      flavour: 'yaml2',
      duplicateKeys: 'last-wins',
      numbers: 'float64',
    })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KustomizeError(
      'YAML_SYNTAX',
      `${kind} ${name} after substitution: ${error.upstream}`,
      {
        hint: 'look at the values of spec.postBuild that stand in it',
        cause: error,
      },
    )
  }
}

function textAt(map: YamlValue | undefined, name: string): string {
  const value = isYamlMap(map) ? map.get(name) : undefined
  return typeof value === 'string' ? value : ''
}
