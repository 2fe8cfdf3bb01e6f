import { KustomizeError } from '../kustomize-error.ts'
import { EMPTY_MAPPING } from '../node/node.ts'
import { fromGoValue } from '../node/from-value.ts'
import { nodeToValue } from '../node/to-value.ts'
import { isYamlMap } from '@tidemark/yaml'
import type { Resource } from '../resource.ts'
import { applyJsonPatch, type Operation } from './json-patch.ts'

/** Applies a JSON patch to an object; what kustomize noted on the object stays. */
export function applyJsonPatch6902(resource: Resource, operations: readonly Operation[]): void {
  const notes = [...resource.annotations].filter(([name]) => isInternal(name))
  const patched = applyJsonPatch(operations, nodeToValue(resource.node ?? EMPTY_MAPPING))
  if (!isYamlMap(patched))
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      'json: cannot unmarshal array into Go value of type map[string]interface {}',
      { hint: 'an object cannot be replaced by something else' },
    )
  resource.node = fromGoValue(patched)
  resource.setAnnotations(new Map([...resource.annotations, ...notes]))
}

function isInternal(name: string): boolean {
  return (
    name.startsWith('internal.config.kubernetes.io/') ||
    name === 'config.kubernetes.io/path' ||
    name === 'config.kubernetes.io/index' ||
    name === 'config.k8s.io/id'
  )
}
