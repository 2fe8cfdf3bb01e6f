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
  /** `spec.postBuild.substituteFrom`, in its order. */
  readonly substituteFrom: readonly ReadonlyMap<string, string>[]
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
  return { object: withoutReferences(object), substituteFrom: variables(name, object, objects) }
}

/** What the references lead to is handed over, so that they are done with. */
function withoutReferences(object: JsonObject): JsonObject {
  const spec = object['spec']
  const postBuild = field(spec, 'postBuild')
  if (!isJsonObject(spec) || !isJsonObject(postBuild)) return object
  const { substituteFrom: _, ...rest } = postBuild
  return { ...object, spec: { ...spec, postBuild: rest } }
}

function parse(name: string, text: string): readonly Json[] {
  try {
    return parseYamlStream(text, { flavour: 'yaml3', duplicateKeys: 'error' }).map(jsonFromYaml)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new CommandError(`${name}: ${error.message}`)
  }
}

function variables(
  name: string,
  object: JsonObject,
  objects: readonly JsonObject[],
): readonly ReadonlyMap<string, string>[] {
  const references = field(object, 'spec', 'postBuild', 'substituteFrom')
  if (!Array.isArray(references)) return []
  return references.flatMap((reference: Json) => {
    const [kind, called] = [textField(reference, 'kind'), textField(reference, 'name')]
    const found = objects.find(
      (each) => each['kind'] === kind && textField(each, 'metadata', 'name') === called,
    )
    if (found !== undefined) return [dataOf(found)]
    if (field(reference, 'optional') === true) return []
    throw new CommandError(
      `${name}: variables come from ${kind} ${called}, which a cluster would hold; add it to the file as a document of its own`,
      EXIT.usage,
    )
  })
}

function dataOf(object: JsonObject): ReadonlyMap<string, string> {
  const isSecret = object['kind'] === 'Secret'
  const decode = (text: string): string =>
    isSecret ? Buffer.from(text, 'base64').toString() : text
  return new Map([
    ...textsAt(object, 'data').map(([key, text]): [string, string] => [key, decode(text)]),
    ...(isSecret ? textsAt(object, 'stringData') : []),
  ])
}

function textsAt(object: JsonObject, key: string): readonly [string, string][] {
  const map = object[key]
  if (!isJsonObject(map)) return []
  return Object.entries(map).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  )
}
