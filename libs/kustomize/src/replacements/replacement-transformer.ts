import { KustomizeError } from '../kustomize-error.ts'
import { idText, isIdSelected, makeId, type ResourceId } from '../identity/resource-id.ts'
import type {
  FieldOptions,
  Replacement,
  SourceSelector,
  TargetSelector,
} from '../kustomization/model.ts'
import { splitBracketPath } from '../node/field-path.ts'
import { EMPTY_MAPPING, isNullOrEmpty, type Node, textOf, untagged } from '../node/node.ts'
import type { Resource } from '../resource.ts'
import { type CompiledSelector, compileSelector } from '../selector.ts'
import type { Transformer } from '../transformers/transformer.ts'
import { copyValue } from './copy-value.ts'
import { leniently } from './leniently.ts'
import { lookup } from './lookup.ts'

const DEFAULT_PATH = 'metadata.name'

/** Copies values from fields of one object to fields of others. */
export function replacementTransformer(replacements: readonly Replacement[]): Transformer {
  return {
    kind: 'ReplacementTransformer',
    transform: (set) => {
      for (const replacement of replacements) replaceOne(replacement, set.resources)
      set.dropEmpty()
    },
  }
}

function replaceOne(
  { source, sourceValue, targets }: Replacement,
  resources: readonly Resource[],
): void {
  if ((source === undefined && sourceValue === undefined) || targets === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      'replacements must specify a source and at least one target',
    )
  const value = valueFrom({ source, sourceValue }, resources)
  for (const target of targets) copyTo(target, value, resources)
}

/** What is to be written now: a source that is a target, too, is read as it is then. */
type Value = () => Node

function valueFrom(
  { source, sourceValue }: Pick<Replacement, 'source' | 'sourceValue'>,
  resources: readonly Resource[],
): Value {
  if (sourceValue !== undefined) {
    if (source !== undefined)
      throw new KustomizeError(
        'KUSTOMIZE_REPLACEMENT',
        'value and resource selectors are mutually exclusive',
      )
    return () => untagged(sourceValue)
  }
  if (source === undefined) return () => untagged('')
  const resource = selectSource(source, resources)
  const path = source.fieldPath === '' ? DEFAULT_PATH : source.fieldPath
  const found = lookupSource(resource.node ?? EMPTY_MAPPING, path)
  if (found === undefined || isNullOrEmpty(found))
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      `fieldPath \`${path}\` is missing for replacement source ${idText(source)}`,
    )
  const value = refined(found, source.options)
  return value === found ? currentValue(resource, path, value) : () => value
}

/** The value of a field, which may change while it is copied; the last one, where it is gone. */
function currentValue(resource: Resource, path: string, first: Node): Value {
  let { node } = resource
  let value = first
  return () => {
    if (resource.node === node) return value
    node = resource.node
    value = leniently(() => lookup(node ?? EMPTY_MAPPING, splitBracketPath(path, '.'))) ?? value
    return value
  }
}

function lookupSource(node: Node, path: string): Node | undefined {
  try {
    return lookup(node, splitBracketPath(path, '.'))
  } catch (error) {
    if (error instanceof KustomizeError) throw error.wrapped('error looking up replacement source')
    throw error
  }
}

function selectSource(source: SourceSelector, resources: readonly Resource[]): Resource {
  const found = resources.filter((resource) =>
    allIds(resource).some((id) => isIdSelected(id, selectorId(source, resource))),
  )
  const [first] = found
  if (first === undefined)
    throw new KustomizeError('KUSTOMIZE_REPLACEMENT', `nothing selected by ${sourceText(source)}`, {
      hint: 'correct the source, or add the object to "resources"',
    })
  if (found.length > 1)
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      `multiple matches for selector ${sourceText(source)}`,
      {
        hint: 'name the kind, name and namespace of one of them',
      },
    )
  return first
}

// Ids in replacements are compared as they are written, whatever is known of their scope.
function allIds(resource: Resource): readonly ResourceId[] {
  return resource.anyIds.map((id) => ({ ...id, clusterScoped: false }))
}

function selectorId(source: SourceSelector, { scopes }: Resource): ResourceId {
  return { ...makeId(source, source, scopes), clusterScoped: false }
}

function sourceText(source: SourceSelector): string {
  const parts = [idText(source)]
  if (source.fieldPath !== '') parts.push(source.fieldPath)
  const options = optionsText(source.options)
  if (options !== '') parts.push(options)
  return parts.join(':')
}

function optionsText(options: FieldOptions | undefined): string {
  if (options === undefined || (options.delimiter === '' && !options.create)) return ''
  return `${options.delimiter}(${options.index}), create=${options.create}`
}

function refined(node: Node, options: FieldOptions | undefined): Node {
  if (options === undefined || options.delimiter === '') return node
  if (node.kind !== 'scalar')
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      'delimiter option can only be used with scalar nodes',
    )
  const parts = textOf(node).split(options.delimiter)
  const part = parts[options.index]
  if (part === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      `options.index ${options.index} is out of bounds for value ${textOf(node)}`,
    )
  return { ...node, value: part }
}

function copyTo(target: TargetSelector, value: Value, resources: readonly Resource[]): void {
  if (target.select === undefined)
    throw new KustomizeError('KUSTOMIZE_REPLACEMENT', 'target must specify resources to select')
  const wanted = compileSelector(target.select)
  const rejected = (target.reject ?? []).map((selector) => ({
    selector: compileSelector(selector),
    hasMetadata: selector.labelSelector !== '' || selector.annotationSelector !== '',
  }))
  const paths = (target.fieldPaths ?? []).length === 0 ? [DEFAULT_PATH] : (target.fieldPaths ?? [])
  for (const resource of resources) {
    const isRejected = rejected.some(
      ({ selector, hasMetadata }) =>
        (hasMetadata && selector.matchesMetadata(resource)) ||
        (selector.hasId && matchesAnyId(resource, selector)),
    )
    if (!wanted.matchesMetadata(resource) || isRejected || !matchesAnyId(resource, wanted)) continue
    for (const path of paths)
      resource.node = copyValue(resource.node ?? EMPTY_MAPPING, value(), {
        path,
        options: target.options,
      })
  }
}

function matchesAnyId(resource: Resource, selector: CompiledSelector): boolean {
  return resource.anyIds.some(
    (id) =>
      selector.matchesGvk(id) &&
      selector.matchesName(id.name) &&
      selector.matchesNamespace(id.namespace),
  )
}
