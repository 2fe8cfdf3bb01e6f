import { isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import type { Gvk } from '../identity/gvk.ts'
import { readAsYaml2 } from '../kustomization/parse-kustomization.ts'
import type { Loader } from '../target/loader.ts'
import { type FieldSpec, mergeFieldSpecs } from './field-spec.ts'
import {
  EMPTY_CONFIG,
  mergeConfigs,
  mergeNameReferences,
  type TransformerConfig,
} from './transformer-config.ts'

const REFERENCES_MAX = 64 // Types inside one another; more is a type that contains itself, which upstream dies of.

/** The rules that the OpenAPI definitions of custom resources (`crds`) bring by their extensions. @throws KustomizeError */
export function loadCrdConfig(loader: Loader, paths: readonly string[]): TransformerConfig {
  return paths.reduce((config, path) => {
    const types = readAsYaml2(loader.load(path))
    if (!isYamlMap(types))
      throw new KustomizeError(
        'KUSTOMIZE_CONFIG',
        `unable to parse open API definition from '${path}'`,
        {
          hint: 'the file must be a mapping of type names to definitions',
        },
      )
    return mergeConfigs(config, configOfTypes(types))
  }, EMPTY_CONFIG)
}

function configOfTypes(types: YamlMap): TransformerConfig {
  let config = EMPTY_CONFIG
  for (const name of types.keys()) {
    const properties = propertiesOf(types, name)
    if (
      properties === undefined ||
      !['kind', 'apiVersion', 'metadata'].every((each) => properties.has(each))
    )
      continue
    const kind = name.slice(name.lastIndexOf('.') + 1)
    const collected = new Collected({ group: '', version: '', kind }, types)
    collected.visit(name, [])
    config = mergeConfigs(config, collected.config)
  }
  return config
}

class Collected {
  config: TransformerConfig = EMPTY_CONFIG
  readonly #gvk: Gvk
  readonly #types: YamlMap

  constructor(gvk: Gvk, types: YamlMap) {
    this.#gvk = gvk
    this.#types = types
  }

  visit(type: string, path: readonly string[]): void {
    if (path.length > REFERENCES_MAX)
      throw new KustomizeError(
        'KUSTOMIZE_LIMIT',
        `the type ${type} contains itself at ${path.slice(0, 4).join('.')}…`,
      )
    for (const [name, property] of propertiesOf(this.#types, type) ?? []) {
      if (!isYamlMap(property)) continue
      const at = [...path, name]
      this.#addSpecs(property, at)
      const reference = property.get('$ref')
      if (typeof reference === 'string') this.visit(reference, at)
    }
  }

  #addSpecs(property: YamlMap, path: readonly string[]): void {
    const spec: FieldSpec = { ...this.#gvk, path: path.join('/'), create: false }
    const { config } = this
    const isSet = (extension: string): boolean =>
      typeof property.get(`x-kubernetes-${extension}`) === 'string'
    if (isSet('annotation'))
      this.config = {
        ...this.config,
        commonAnnotations: mergeFieldSpecs(config.commonAnnotations, [spec]),
      }
    if (isSet('label-selector'))
      this.config = { ...this.config, commonLabels: mergeFieldSpecs(config.commonLabels, [spec]) }
    if (isSet('identity'))
      this.config = { ...this.config, namePrefix: mergeFieldSpecs(config.namePrefix, [spec]) }
    const version = property.get('x-kubernetes-object-ref-api-version')
    const kind = property.get('x-kubernetes-object-ref-kind')
    if (typeof version !== 'string' || typeof kind !== 'string') return
    const key = textOr(property.get('x-kubernetes-object-ref-name-key'), 'name')
    const referrers = [{ ...spec, path: [...path, key].join('/') }]
    const reference = { group: '', version, kind, referrers }
    this.config = {
      ...this.config,
      nameReference: mergeNameReferences(config.nameReference, [reference]),
    }
  }
}

function textOr(value: YamlValue | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback
}

function propertiesOf(types: YamlMap, name: string): YamlMap | undefined {
  const definition = types.get(name)
  if (!isYamlMap(definition)) return undefined
  const schema = definition.get('Schema') ?? definition.get('schema')
  const properties = isYamlMap(schema) ? schema.get('properties') : undefined
  return isYamlMap(properties) ? properties : undefined
}
