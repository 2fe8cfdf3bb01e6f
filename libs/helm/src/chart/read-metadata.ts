import { compareBytes, GoMap, GoSlice, sprintf, type Value } from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'
import { jsonKind } from '../read-yaml.ts'
import { type ChartMetadata, type Dependency, type Maintainer } from './chart.ts'

const METADATA = 'Metadata'

/** Chart.yaml, with requirements.yaml over it where there is one, as Go's struct tags read them. */
export function readMetadata(
  chartFile: GoMap,
  requirements: GoMap | undefined,
  file: string,
): ChartMetadata {
  const reader = new StructReader(chartFile, METADATA, file)
  const over =
    requirements === undefined
      ? undefined
      : new StructReader(requirements, METADATA, 'requirements.yaml')
  const text = (name: string): string => over?.optionalText(name) ?? reader.text(name)
  const texts = (name: string): readonly string[] => over?.optionalTexts(name) ?? reader.texts(name)
  const dependencies = over?.structs('dependencies') ?? reader.structs('dependencies')
  return {
    name: text('name'),
    home: text('home'),
    sources: texts('sources'),
    version: text('version'),
    description: text('description'),
    keywords: texts('keywords'),
    maintainers: (over?.structs('maintainers') ?? reader.structs('maintainers') ?? []).map(
      (entry) => readMaintainer(entry, file),
    ),
    icon: text('icon'),
    apiVersion: text('apiVersion') === '' ? 'v1' : text('apiVersion'),
    condition: text('condition'),
    tags: text('tags'),
    appVersion: text('appVersion'),
    deprecated: reader.boolean('deprecated'),
    annotations: reader.textMap('annotations'),
    kubeVersion: text('kubeVersion'),
    dependencies: dependencies?.map((entry) => readDependency(entry, file)),
    type: text('type'),
  }
}

function readMaintainer(entry: Value, file: string): Maintainer {
  if (!(entry instanceof GoMap))
    throw new HelmError(
      'CHART_FILE',
      'validation: maintainers must not contain empty or null nodes',
    )
  const reader = new StructReader(entry, 'Metadata.maintainers', file)
  return { name: reader.text('name'), email: reader.text('email'), url: reader.text('url') }
}

function readDependency(entry: Value, file: string): Dependency {
  if (!(entry instanceof GoMap))
    throw new HelmError(
      'CHART_FILE',
      'validation: dependencies must not contain empty or null nodes',
    )
  const reader = new StructReader(entry, 'Metadata.dependencies', file)
  return {
    name: reader.text('name'),
    version: reader.text('version'),
    repository: reader.text('repository'),
    condition: reader.text('condition'),
    tags: reader.texts('tags'),
    enabled: reader.boolean('enabled'),
    importValues: reader.structs('import-values') ?? [],
    alias: reader.text('alias'),
  }
}

/** Reads fields as `encoding/json` does after YAML was turned into JSON for a struct: scalars become texts. */
class StructReader {
  readonly #map: GoMap
  readonly #struct: string
  readonly #file: string

  constructor(map: GoMap, struct: string, file: string) {
    this.#map = map
    this.#struct = struct
    this.#file = file
  }

  text(name: string): string {
    return this.optionalText(name) ?? ''
  }

  optionalText(name: string): string | undefined {
    const value = this.#get(name)
    return value === undefined || value === null ? undefined : this.#asText(value, name)
  }

  texts(name: string): readonly string[] {
    return this.optionalTexts(name) ?? []
  }

  optionalTexts(name: string): readonly string[] | undefined {
    return this.structs(name)?.map((item) => (item === null ? '' : this.#asText(item, name)))
  }

  structs(name: string): readonly Value[] | undefined {
    const value = this.#get(name)
    if (value === undefined || value === null) return undefined
    return value instanceof GoSlice ? value.items : this.#mismatch(value, name, '[]string')
  }

  boolean(name: string): boolean {
    const value = this.#get(name)
    if (value === undefined || value === null) return false
    return typeof value === 'boolean' ? value : this.#mismatch(value, name, 'bool')
  }

  textMap(name: string): ReadonlyMap<string, string> | undefined {
    const value = this.#get(name)
    if (value === undefined || value === null) return undefined
    if (!(value instanceof GoMap)) return this.#mismatch(value, name, 'map[string]string')
    const entries = [...value.entries].map(([key, item]): [string, string] => [
      key,
      item === null ? '' : this.#asText(item, name),
    ])
    return new Map(entries.toSorted(([left], [right]) => compareBytes(left, right)))
  }

  /** A field by its name, or else by its name in any case. */
  #get(name: string): Value {
    if (this.#map.entries.has(name)) return this.#map.entries.get(name)
    for (const [key, value] of this.#map.entries)
      if (key.toLowerCase() === name.toLowerCase()) return value
    return undefined
  }

  #asText(value: Value, name: string): string {
    const text = scalarText(value)
    return text ?? this.#mismatch(value, name, 'string')
  }

  #mismatch(value: Value, name: string, type: string): never {
    throw new HelmError(
      'CHART_FILE',
      `cannot load ${this.#file}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go struct field ${this.#struct}.${name} of type ${type}`,
    )
  }
}

/** The text of a scalar where Go wants a string; nothing for what is no scalar. */
export function scalarText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number') return undefined
  return Number.isSafeInteger(value) ? String(value) : sprintf('%v', [value])
}
