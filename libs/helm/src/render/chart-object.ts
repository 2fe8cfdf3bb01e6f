import {
  type Field,
  GoMap,
  type GoObject,
  GoSlice,
  isObject,
  sliceOf,
  STRING_MAP,
  STRING_SLICE,
  STRUCT_MAP,
  type Value,
} from '@tidemark/go-template'
import { type ChartMetadata, type Dependency, type Maintainer } from '../chart/chart.ts'

/** `.Chart` of Helm 4: the same fields in maps and lists without a type of their own. */
export function chartMap(metadata: ChartMetadata, isRoot: boolean): GoMap {
  const map = plainMap(metadataFields(metadata))
  map.entries.set('IsRoot', isRoot)
  return map
}

function plainMap(fields: readonly Field[]): GoMap {
  return new GoMap(new Map(fields.map(({ name, value }) => [name, plain(value)])))
}

function plain(value: Value): Value {
  if (!(value instanceof GoSlice)) return value
  return new GoSlice(value.items.map((item) => (isObject(item) ? plainMap(item.fields) : item)))
}

/** `.Chart` of Helm 3: Chart.yaml with all its fields, and whether the chart is the root. */
export function chartObject(metadata: ChartMetadata, isRoot: boolean): GoObject {
  const fields = metadataFields(metadata)
  return {
    goType: 'struct { chart.Metadata; IsRoot bool }',
    goKind: 'struct',
    fields: [
      { name: 'Metadata', value: metadataObject(fields, metadata) },
      { name: 'IsRoot', value: isRoot },
    ],
    promoted: fields,
    methods: {},
    asJson: () => {
      const json = metadataJson(metadata)
      json.entries.set('IsRoot', isRoot)
      return json
    },
  }
}

function metadataObject(fields: readonly Field[], metadata: ChartMetadata): GoObject {
  return {
    goType: 'chart.Metadata',
    goKind: 'struct',
    fields,
    methods: {},
    asJson: () => metadataJson(metadata),
  }
}

function metadataFields(metadata: ChartMetadata): Field[] {
  return [
    { name: 'Name', value: metadata.name },
    { name: 'Home', value: metadata.home },
    { name: 'Sources', value: texts(metadata.sources) },
    { name: 'Version', value: metadata.version },
    { name: 'Description', value: metadata.description },
    { name: 'Keywords', value: texts(metadata.keywords) },
    {
      name: 'Maintainers',
      value: objects('*chart.Maintainer', metadata.maintainers.map(maintainerObject)),
    },
    { name: 'Icon', value: metadata.icon },
    { name: 'APIVersion', value: metadata.apiVersion },
    { name: 'Condition', value: metadata.condition },
    { name: 'Tags', value: metadata.tags },
    { name: 'AppVersion', value: metadata.appVersion },
    { name: 'Deprecated', value: metadata.deprecated },
    { name: 'Annotations', value: annotationsOf(metadata) },
    { name: 'KubeVersion', value: metadata.kubeVersion },
    {
      name: 'Dependencies',
      value: objects('*chart.Dependency', (metadata.dependencies ?? []).map(dependencyObject)),
    },
    { name: 'Type', value: metadata.type },
  ]
}

function annotationsOf({ annotations }: ChartMetadata): GoMap {
  return new GoMap(new Map<string, Value>(annotations), STRING_MAP, annotations === undefined)
}

function texts(items: readonly string[]): GoSlice {
  return new GoSlice([...items], STRING_SLICE, { isNil: items.length === 0 })
}

function objects(type: string, items: Value[]): GoSlice {
  return new GoSlice(items, sliceOf(type), { isNil: items.length === 0 })
}

function maintainerObject({ name, email, url }: Maintainer): GoObject {
  return {
    goType: '*chart.Maintainer',
    goKind: 'ptr',
    fields: [
      { name: 'Name', value: name },
      { name: 'Email', value: email },
      { name: 'URL', value: url },
    ],
    methods: {},
    asJson: () =>
      nonEmpty([
        ['name', name],
        ['email', email],
        ['url', url],
      ]),
  }
}

function dependencyObject(dependency: Dependency): GoObject {
  const importValues = new GoSlice([...dependency.importValues])
  return {
    goType: '*chart.Dependency',
    goKind: 'ptr',
    fields: [
      { name: 'Name', value: dependency.name },
      { name: 'Version', value: dependency.version },
      { name: 'Repository', value: dependency.repository },
      { name: 'Condition', value: dependency.condition },
      { name: 'Tags', value: texts(dependency.tags) },
      { name: 'Enabled', value: dependency.enabled },
      { name: 'ImportValues', value: importValues },
      { name: 'Alias', value: dependency.alias },
    ],
    methods: {},
    hasYamlTags: true,
    asJson: () =>
      new GoMap(
        new Map<string, Value>([
          ['name', dependency.name],
          ...nonEmpty([['version', dependency.version]]).entries,
          ['repository', dependency.repository],
          ...nonEmpty([
            ['condition', dependency.condition],
            ['tags', texts(dependency.tags)],
            ['enabled', dependency.enabled],
            ['import-values', importValues],
            ['alias', dependency.alias],
          ]).entries,
        ]),
        STRUCT_MAP,
      ),
  }
}

function metadataJson(metadata: ChartMetadata): GoMap {
  return nonEmpty([
    ['name', metadata.name],
    ['home', metadata.home],
    ['sources', texts(metadata.sources)],
    ['version', metadata.version],
    ['description', metadata.description],
    ['keywords', texts(metadata.keywords)],
    ['maintainers', objects('*chart.Maintainer', metadata.maintainers.map(maintainerObject))],
    ['icon', metadata.icon],
    ['apiVersion', metadata.apiVersion],
    ['condition', metadata.condition],
    ['tags', metadata.tags],
    ['appVersion', metadata.appVersion],
    ['deprecated', metadata.deprecated],
    ['annotations', annotationsOf(metadata)],
    ['kubeVersion', metadata.kubeVersion],
    [
      'dependencies',
      objects('*chart.Dependency', (metadata.dependencies ?? []).map(dependencyObject)),
    ],
    ['type', metadata.type],
  ])
}

/** Go's `omitempty`. */
function nonEmpty(entries: readonly (readonly [string, Value])[]): GoMap {
  return new GoMap(new Map(entries.filter(([, value]) => !isEmpty(value))), STRUCT_MAP)
}

function isEmpty(value: Value): boolean {
  if (value instanceof GoSlice) return value.items.length === 0
  if (value instanceof GoMap) return value.entries.size === 0
  return value === '' || value === false
}
