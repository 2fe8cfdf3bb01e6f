import type { FluxInput } from '@tidemark/flux'
import {
  field,
  isJsonObject,
  type Json,
  jsonFromYaml,
  type JsonObject,
  textField,
} from '@tidemark/manifests'
import { parseYamlStream, YamlError } from '@tidemark/yaml'
import { CommandError, EXIT } from '../client/exit-codes.ts'

const KUSTOMIZATION_GROUP = 'kustomize.toolkit.fluxcd.io/'

/** A Flux Kustomization and the ConfigMaps and Secrets that it takes variables from, as a file has them. */
export interface FluxFile {
  readonly object: JsonObject
  /** What its references lead to. */
  readonly inputs: readonly FluxInput[]
}

/** Reads the text of `--flux FILE`. @throws CommandError with what the file lacks */
export function readFluxFile(name: string, text: string): FluxFile {
  const documents = parse(name, text)
  const objects = documents.filter(isJsonObject)
  const kustomizations = objects.filter(
    (object) =>
      object['kind'] === 'Kustomization' &&
      textField(object, 'apiVersion')?.startsWith(KUSTOMIZATION_GROUP),
  )
  const [object, another] = kustomizations
  if (object === undefined || another !== undefined)
    throw new CommandError(
      `${name}: has ${kustomizations.length} Flux Kustomizations (${KUSTOMIZATION_GROUP}...); give a file with one`,
      EXIT.usage,
    )
  return { object, inputs: inputsOf(name, object, objects) }
}

function parse(name: string, text: string): readonly Json[] {
  try {
    return parseYamlStream(text, { flavour: 'yaml3', duplicateKeys: 'error' }).map(jsonFromYaml)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new CommandError(`${name}: ${error.message}`)
  }
}

function inputsOf(
  name: string,
  object: JsonObject,
  objects: readonly JsonObject[],
): readonly FluxInput[] {
  const references = field(object, 'spec', 'postBuild', 'substituteFrom')
  const namespace = textField(object, 'metadata', 'namespace') ?? ''
  if (!Array.isArray(references)) return []
  return references.flatMap((reference: Json) => {
    const kind = textField(reference, 'kind') === 'Secret' ? 'Secret' : 'ConfigMap'
    const called = textField(reference, 'name') ?? ''
    const found = objects.find(
      (each) => each['kind'] === kind && textField(each, 'metadata', 'name') === called,
    )
    if (found !== undefined) return [{ kind, namespace, name: called, values: dataOf(found) }]
    if (field(reference, 'optional') === true) return []
    throw new CommandError(
      `${name}: variables come from ${kind} ${called}, which a cluster would hold; add it to the file as a document of its own`,
      EXIT.usage,
    )
  })
}

function dataOf(object: JsonObject): ReadonlyMap<string, Uint8Array> {
  const isSecret = object['kind'] === 'Secret'
  const read = (at: string, encoding: 'base64' | 'utf8'): readonly (readonly [string, Buffer])[] =>
    textsAt(object, at).map(([key, text]) => [key, Buffer.from(text, encoding)])
  return new Map([
    ...read('data', isSecret ? 'base64' : 'utf8'),
    ...(isSecret ? read('stringData', 'utf8') : []),
  ])
}

function textsAt(object: JsonObject, key: string): readonly [string, string][] {
  const map = object[key]
  if (!isJsonObject(map)) return []
  return Object.entries(map).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  )
}
