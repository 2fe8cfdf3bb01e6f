import { compareBytes } from '@tidemark/source-tree'
import type { FieldSpec } from '../config/field-spec.ts'
import { withMark } from '../node/alike.ts'
import { type Node, text } from '../node/node.ts'
import { stepName } from '../node/remembered.ts'
import { type FieldChange, setFields } from '../node/set-field.ts'
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
  const entries = [...values].toSorted(([left], [right]) => compareBytes(left, right))
  const step = stepName(kind, values, specs)
  return {
    kind,
    transform: (resources) => {
      if (entries.length === 0) return
      changeEach(resources, step, (resource) => {
        if (resource.node !== undefined) resource.node = withEntries(resource.node, entries, specs)
      })
    },
  }
}

function withEntries(
  object: Node,
  entries: readonly (readonly [key: string, value: string])[],
  specs: readonly FieldSpec[],
): Node {
  const marked = entries.map(([name, value]): FieldChange => ({
    name,
    value: { ...text(value), mark: {} },
  }))
  let places = 0
  const set = (node: Node): Node => {
    places += 1
    return setFields(node, marked)
  }
  const update = { set, create: 'mapping' } as const
  const node = specs.reduce((at, spec) => updateField(at, spec, update), object)
  return places > 1 && node.kind === 'mapping' ? withMark(node) : node
}
