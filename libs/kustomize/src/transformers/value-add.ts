import { nameOf } from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'
import type { Selector } from '../kustomization/model.ts'
import { selectorShape } from '../kustomization/model-shapes.ts'
import { readAsYaml2 } from '../kustomization/parse-kustomization.ts'
import { integer, listOf, optional, type Shape, string, struct } from '../kustomization/shape.ts'
import { splitPath } from '../node/field-path.ts'
import { EMPTY_MAPPING, field, type Node, untagged, withField } from '../node/node.ts'
import { asMapping, setScalar } from '../node/set-field.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import { select } from '../selector.ts'
import type { Loader } from '../target/loader.ts'
import { setNamespace } from './namespace.ts'
import type { Transformer } from './transformer.ts'

/** Where a value is written. */
export interface ValueTarget {
  readonly selector: Selector | undefined
  readonly fieldPath: string
  readonly filePathPosition: number
}

/** The configuration of a ValueAddTransformer. */
export interface ValueAddArgs {
  readonly value: string
  readonly targets: readonly ValueTarget[] | undefined
  readonly targetFilePath: string
}

const targets: Shape<readonly ValueTarget[] | undefined> = listOf(
  struct('Target', {
    selector: optional(selectorShape),
    fieldPath: string,
    filePathPosition: integer,
  }),
)
export const valueAddShape: Shape<ValueAddArgs> = struct('ValueAddTransformer', {
  value: string,
  targets,
  targetFilePath: string,
})
const targetsShape = struct('Targets', { targets })

/** Writes one value, or the name of the kustomization's folder, into fields of objects. @throws KustomizeError */
export function valueAddTransformer(args: ValueAddArgs, loader: Loader): Transformer {
  const value = args.value.trim() || nameOf(loader.root) || '/'
  const all = [...(args.targets ?? []), ...targetsOfFile(args.targetFilePath, loader)]
  if (all.length === 0)
    throw new KustomizeError('KUSTOMIZE_CONFIG', 'must specify at least one target')
  for (const { fieldPath, filePathPosition } of all) {
    if (fieldPath === '') throw new KustomizeError('KUSTOMIZE_CONFIG', 'fieldPath cannot be empty')
    if (filePathPosition < 0)
      throw new KustomizeError(
        'KUSTOMIZE_CONFIG',
        `value of FilePathPosition (${filePathPosition}) cannot be negative`,
      )
  }
  return {
    kind: 'ValueAddTransformer',
    transform: (set) => {
      for (const { selector, fieldPath, filePathPosition } of all) {
        const resources = selector === undefined ? set.resources : select(set.resources, selector)
        for (const resource of resources)
          if (fieldPath === 'metadata/namespace')
            setNamespace(resource, {
              namespace: value,
              fieldSpecs: [],
              unsetOnly: false,
              subjects: 'defaultOnly',
            })
          else
            resource.node = added(resource.node ?? EMPTY_MAPPING, splitPath(fieldPath, '/'), {
              value,
              position: filePathPosition,
            })
      }
    },
  }
}

function targetsOfFile(path: string, loader: Loader): readonly ValueTarget[] {
  if (path === '') return []
  const value = readAsYaml2(loader.load(path))
  if (value === null) return []
  return (
    targetsShape.decode(value, { unknownFields: 'ignore', scalarsAsText: true, path }).targets ?? []
  )
}

function added(
  node: Node,
  path: readonly string[],
  what: { readonly value: string; readonly position: number },
): Node {
  const [name, ...rest] = path
  if (name === undefined) {
    if (node.kind !== 'scalar') throw wrongKind('scalar', node)
    const value =
      what.position > 0 ? insertPart(node.value, what.position - 1, what.value) : what.value
    return setScalar(node, untagged(value))
  }
  const inner = field(node, name) ?? (rest.length === 0 ? untagged('') : EMPTY_MAPPING)
  return withField(asMapping(node), name, added(inner, rest, what))
}

/** Puts a part into a file path; past its end it goes to the end. */
function insertPart(path: string, position: number, part: string): string {
  if (path === '') return part
  const isAbsolute = path.startsWith('/')
  const parts = path.split('/').filter((each) => each !== '')
  parts.splice(Math.min(position, parts.length), 0, part)
  return (isAbsolute ? '/' : '') + parts.join('/')
}
