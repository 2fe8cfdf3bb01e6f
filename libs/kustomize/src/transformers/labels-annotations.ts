import { compareBytes } from '@tidemark/source-tree'
import type { FieldSpec } from '../config/field-spec.ts'
import { type Node, text } from '../node/node.ts'
import { setField } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import { changeEach, type Transformer } from './transformer.ts'

/** Sets labels in all the fields that hold such. */
export function labelTransformer(
  labels: ReadonlyMap<string, string>,
  specs: readonly FieldSpec[],
): Transformer {
  return { kind: 'LabelTransformer', transform: entriesSetter(labels, specs) }
}

/** Sets annotations in all the fields that hold such. */
export function annotationsTransformer(
  annotations: ReadonlyMap<string, string>,
  specs: readonly FieldSpec[],
): Transformer {
  return { kind: 'AnnotationsTransformer', transform: entriesSetter(annotations, specs) }
}

function entriesSetter(
  values: ReadonlyMap<string, string>,
  specs: readonly FieldSpec[],
): Transformer['transform'] {
  const entries = [...values]
    .toSorted(([left], [right]) => compareBytes(left, right))
    .map(([key, value]): [string, Node] => [key, text(value)])
  const set = (node: Node): Node =>
    entries.reduce<Node>((map, [key, value]) => setField(map, key, value), node)
  return (resources) => {
    if (entries.length === 0) return
    changeEach(resources, ({ node }) =>
      specs.reduce(
        (at, spec) => (at === undefined ? at : updateField(at, spec, { set, create: 'mapping' })),
        node,
      ),
    )
  }
}
