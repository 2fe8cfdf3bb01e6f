import { KustomizeError } from '../kustomize-error.ts'
import type { FieldSpec } from '../config/field-spec.ts'
import { gvkText, isSelected } from '../identity/gvk.ts'
import type { Replica } from '../kustomization/model.ts'
import type { Node, Scalar } from '../node/node.ts'
import { setScalar } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import type { Transformer } from './transformer.ts'

/** Sets the number of replicas of the objects with a name. */
export function replicaTransformer(
  { name, count }: Replica,
  specs: readonly FieldSpec[],
): Transformer {
  const value: Scalar = { kind: 'scalar', tag: '!!int', value: String(count), style: 'plain' }
  const set = (node: Node): Node => setScalar(node, value)
  return {
    kind: 'ReplicaCountTransformer',
    transform: (resources) => {
      let found = false
      for (const spec of specs)
        for (const resource of resources.byAnyId(
          (id) => id.name === name && isSelected(id, spec),
        )) {
          found = true
          if (resource.node !== undefined)
            resource.node = updateField(resource.node, spec, { set, create: 'scalar' })
        }
      if (!found)
        throw new KustomizeError(
          'KUSTOMIZE_TARGET',
          `resource with name ${name} does not match a config with the following GVK [${specs.map(gvkText).join(' ')}]`,
          { hint: 'correct the name in "replicas"' },
        )
    },
  }
}
