import type { YamlValue } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import type { FieldSpec } from '../config/field-spec.ts'
import type { Var } from '../kustomization/model.ts'
import { splitBracketPath } from '../node/field-path.ts'
import { keepAlike } from '../node/alike.ts'
import { EMPTY_MAPPING, isNull, isText, type Node, type Scalar, withItems } from '../node/node.ts'
import { remembered, stepName } from '../node/remembered.ts'
import { scalarToValue } from '../node/to-value.ts'
import { updateField } from '../node/update-field.ts'
import { lookup } from '../replacements/lookup.ts'
import type { ResourceSet } from '../resource-set.ts'
import { expandText } from './expand-text.ts'
import { varText } from './var-set.ts'

/** The value of a var: something that can stand in a text, or something that cannot. */
export type VarValue = string | number | bigint | boolean | { readonly kind: 'collection' }

/** Puts the values of vars in the place of `$(NAME)`. Gives the names of vars that nothing used. */
export function expandVars(
  set: ResourceSet,
  vars: readonly Var[],
  specs: readonly FieldSpec[],
): readonly string[] {
  const values = new Map(vars.map((each): [string, VarValue] => [each.name, valueOf(each, set)]))
  if (values.size === 0) return []
  const used = new Set<string>()
  const specsFor = byKind(specs)
  const step = stepName('vars', [...values].map(named), specs)
  for (const resource of set.resources) {
    const { kind, node: before = EMPTY_MAPPING } = resource
    const { node, names } = remembered(before, step, () =>
      expandAll(before, specsFor(kind), values),
    )
    resource.node = node
    for (const name of names) used.add(name)
  }
  return [...values.keys()].filter((name) => !used.has(name))
}

function named([name, value]: [string, VarValue]): readonly string[] {
  return [name, typeof value, typeof value === 'object' ? '' : String(value)]
}

interface Expanded {
  readonly node: Node
  /** The vars that were used. */
  readonly names: ReadonlySet<string>
}

function expandAll(
  node: Node,
  specs: readonly FieldSpec[],
  values: ReadonlyMap<string, VarValue>,
): Expanded {
  const names = new Set<string>()
  const expand = (text: string): VarValue => expandText(text, values, names)
  const update = { set: (inner: Node) => expanded(inner, expand) }
  const expandOne = (at: Node, spec: FieldSpec): Node =>
    keepAlike(at, updateField(at, spec, update)) ?? at
  return { node: specs.reduce(expandOne, node), names }
}

/** Most specs speak of one kind. */
function byKind(specs: readonly FieldSpec[]): (kind: string) => readonly FieldSpec[] {
  const known = new Map<string, readonly FieldSpec[]>()
  return (kind) => {
    const own = known.get(kind) ?? specs.filter((spec) => spec.kind === '' || spec.kind === kind)
    known.set(kind, own)
    return own
  }
}

function valueOf(each: Var, set: ResourceSet): VarValue {
  const source = set.resources.find(({ varNames }) => varNames.includes(each.name))
  if (source === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_VAR',
      `var '${varText(each)}' cannot be mapped to a field in the set of known resources`,
      { hint: 'correct "objref", or add the object to "resources"' },
    )
  const found = lookupField(source.node ?? EMPTY_MAPPING, each.fieldref.fieldPath)
  if (found === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_VAR',
      `field specified in var '${varText(each)}' not found in corresponding resource`,
      { hint: 'correct "fieldref.fieldPath"' },
    )
  return found
}

function lookupField(node: Node, path: string): VarValue | undefined {
  const parts = splitBracketPath(path, '.').flatMap(splitIndex)
  let found: Node | undefined
  try {
    found = lookup(node, parts)
  } catch (error) {
    if (error instanceof KustomizeError) return undefined
    throw error
  }
  if (found === undefined) return undefined
  return found.kind === 'scalar' ? scalarVar(found) : { kind: 'collection' }
}

// `ports[0]` is `ports`, then 0.
function splitIndex(part: string): readonly string[] {
  const match = /^(.*)\[(\d+)\]$/s.exec(part)
  if (match === null) return [part]
  const [, name = '', index = ''] = match
  return name === '' ? [index] : [name, index]
}

function scalarVar(node: Scalar): VarValue {
  if (!['!!int', '!!float', '!!bool'].includes(node.tag)) return node.value
  const value: YamlValue = scalarToValue({ ...node, style: 'plain' })
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? value
    : node.value
}

function expanded(node: Node, expand: (text: string) => VarValue): Node {
  if (isNull(node)) return node
  switch (node.kind) {
    case 'scalar':
      return isText(node) ? withValue(node, expand) : node
    case 'mapping': {
      const entries = node.entries.map(({ key, value }) => ({
        key,
        value: isText(value) ? withValue(value, expand) : value,
      }))
      return entries.some(({ value }, at) => value !== node.entries[at]?.value)
        ? { kind: 'mapping', entries }
        : node
    }
    default:
      return withItems(
        node,
        node.items.map((item) => {
          if (isText(item)) return withValue(item, expand)
          throw new KustomizeError('KUSTOMIZE_VAR', 'invalid value type expect a string')
        }),
      )
  }
}

function withValue(node: Scalar, expand: (text: string) => VarValue): Node {
  const value = expand(node.value)
  if (typeof value === 'string') {
    if (value === node.value && node.tag === '!!str') return node
    return {
      ...marked(node),
      tag: '!!str',
      value,
      style: value.includes('\n') ? 'literal' : 'plain',
    }
  }
  if (typeof value === 'object') return node
  const tag =
    typeof value === 'boolean' ? '!!bool' : Number.isInteger(Number(value)) ? '!!int' : '!!float'
  return { ...marked(node), tag, value: String(value), style: 'plain' }
}

/** What a place keeps, whatever is written into it. */
function marked({ mark }: Scalar): Pick<Scalar, 'kind' | 'mark'> {
  return mark === undefined ? { kind: 'scalar' } : { kind: 'scalar', mark }
}
