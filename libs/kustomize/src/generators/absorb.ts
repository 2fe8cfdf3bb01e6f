import { KustomizeError } from '../kustomize-error.ts'
import { idText, type ResourceId, sameId } from '../identity/resource-id.ts'
import {
  EMPTY_MAPPING,
  field,
  isNull,
  type Mapping,
  type Node,
  text,
  textOf,
  texts,
  withoutField,
} from '../node/node.ts'
import { asMapping, type FieldChange, setAt, setFields } from '../node/set-field.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import { BUILD_NOTES, Note, ORIGIN_ANNOTATION, type Resource } from '../resource.ts'
import type { ResourceSet } from '../resource-set.ts'
import { base64Lines } from './config-map.ts'

/** Adds a generated object, or merges it with, or puts it in the place of, the one that it names (`behavior`). */
export function absorb(set: ResourceSet, resource: Resource): void {
  const { id } = resource
  const matches = set.byAnyId((other) => sameId(id, other))
  const [old] = matches
  const behavior = resource.annotation(Note.generatorBehavior) ?? 'unspecified'
  const changes = behavior === 'merge' || behavior === 'replace'
  if (old === undefined) {
    if (changes)
      throw new KustomizeError(
        'KUSTOMIZE_GENERATOR',
        `id ${goId(id)} does not exist; cannot merge or replace`,
        { hint: `"behavior: ${behavior}" needs ${idText(id)} in "resources" or in a base` },
      )
    set.appendAll([resource])
    return
  }
  if (matches.length > 1)
    throw new KustomizeError(
      'KUSTOMIZE_GENERATOR',
      `found multiple objects that could accept merge of ${idText(id)}`,
    )
  if (!changes)
    throw new KustomizeError(
      'DUPLICATE_OBJECT',
      `id ${goId(id)} exists; can not use behavior: '${behavior}', behavior must be merge or replace`,
      { hint: `${idText(id)} is already there, from ${old.origin.path}` },
    )
  takeOver(resource, old, behavior)
  set.reset(set.resources.map((each) => (each === old ? resource : each)))
}

function takeOver(resource: Resource, old: Resource, behavior: 'merge' | 'replace'): void {
  const origin = old.annotation(ORIGIN_ANNOTATION)
  takeMetadata(resource, old)
  if (behavior === 'merge') {
    const source =
      resource.apiVersion === 'v1' && resource.kind === 'Secret'
        ? withEncodedTexts(old.node)
        : old.node
    mergeData(resource, source, 'data')
    mergeData(resource, old.node, 'binaryData')
    if (origin !== undefined)
      resource.setAnnotations(resource.annotations.set(ORIGIN_ANNOTATION, origin))
  }
  resource.layers = [
    ...old.layers,
    { kustomization: resource.origin.path, transformer: resource.origin.generator ?? '' },
  ]
  resource.origin = old.origin
}

/** Labels and annotations of both, one's own before the old ones; name, namespace and history of the old one. */
function takeMetadata(resource: Resource, old: Resource): void {
  resource.setLabels(new Map([...old.labels, ...resource.labels]))
  const [own, before] = [resource.annotations, old.annotations]
  const merged = new Map([...before, ...own])
  for (const note of BUILD_NOTES) {
    const value = before.get(note)
    if (value === undefined) merged.delete(note)
    else merged.set(note, value)
  }
  if (!own.has(Note.needsHashSuffix)) merged.delete(Note.needsHashSuffix)
  resource.setAnnotations(merged)
  resource.setName(old.name)
  resource.setNamespace(old.namespace)
  resource.varNames = old.varNames
}

function mergeData(resource: Resource, old: Node | undefined, name: 'data' | 'binaryData'): void {
  const node = asMapping(resource.node ?? EMPTY_MAPPING)
  const merged = new Map([...dataOf(old, name), ...dataOf(node, name)])
  const changes = [...merged].map(([key, value]): FieldChange => ({
    name: key,
    value: text(value, value.includes('\n') ? 'literal' : 'plain'),
  }))
  const rest = withoutField(node, name)
  resource.node =
    changes.length === 0 ? rest : setAt(rest, [name], setFields(EMPTY_MAPPING, changes))
}

function dataOf(node: Node | undefined, name: string): Map<string, string> {
  const data = field(node, name)
  if (data?.kind !== 'mapping') return new Map()
  return new Map(data.entries.map(({ key, value }) => [key.value, textOf(value)]))
}

/** A Secret as the API server keeps it: `stringData` encoded into `data`, where it wins. */
function withEncodedTexts(node: Node | undefined): Node {
  const mapping: Mapping = asMapping(node ?? EMPTY_MAPPING)
  const stringData = field(mapping, 'stringData')
  if (stringData === undefined) return mapping
  let next: Node = withoutField(mapping, 'stringData')
  if (isNull(stringData)) return next
  if (stringData.kind !== 'mapping')
    throw wrongKind('mapping', stringData).wrapped(
      'failed to normalize stringData: read stringData',
    )
  const changes = [...texts(stringData)].map(([key, value]): FieldChange => ({
    name: key,
    value: text(base64Lines(Buffer.from(value))),
  }))
  if (changes.length > 0)
    next = setAt(next, ['data'], setFields(field(next, 'data') ?? EMPTY_MAPPING, changes))
  return next
}

function goId({ group, version, kind, name, namespace, clusterScoped }: ResourceId): string {
  const q = JSON.stringify
  return `resid.ResId{Gvk:resid.Gvk{Group:${q(group)}, Version:${q(version)}, Kind:${q(kind)}, isClusterScoped:${clusterScoped}}, Name:${q(name)}, Namespace:${q(namespace)}}`
}
