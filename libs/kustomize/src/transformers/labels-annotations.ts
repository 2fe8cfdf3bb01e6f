import { compareBytes } from '@tidemark/source-tree'
import type { FieldSpec } from '../config/field-spec.ts'
import { type Node, text } from '../node/node.ts'
import { stepName } from '../node/remembered.ts'
import { setField } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import { changeEach, type Transformer } from './transformer.ts'

/** Sets labels in all the fields that hold such. */
export function labelTransformer(
  labels: ReadonlyMap<string, string>,
  specs: readonly FieldSpec[],
): Transformer {
  return entriesTransformer('LabelTransformer', labels, specs)
}

/** Sets annotations in all the fields that hold such. */
export function annotationsTransformer(
  annotations: ReadonlyMap<string, string>,
  specs: readonly FieldSpec[],
): Transformer {
  return entriesTransformer('AnnotationsTransformer', annotations, specs)
}

function entriesTransformer(
  kind: string,
  values: ReadonlyMap<string, string>,
  specs: readonly FieldSpec[],
): Transformer {
  const entries = [...values]
    .toSorted(([left], [right]) => compareBytes(left, right))
    .map(([key, value]): [string, Node] => [key, text(value)])
  const set = (node: Node): Node =>
    entries.reduce<Node>((map, [key, value]) => setField(map, key, value), node)
  const step = stepName(kind, values, specs)
  return {
    kind,
    transform: (resources) => {
      if (entries.length === 0) return
      changeEach(resources, step, (resource) => {
        for (const spec of specs)
          if (resource.node !== undefined)
            resource.node = updateField(resource.node, spec, { set, create: 'mapping' })
      })
    },
  }
}
