import { KustomizeError } from '../kustomize-error.ts'
import type { Node } from './node.ts'
import { printNode } from './print-node.ts'

const NAMES = { scalar: 'ScalarNode', sequence: 'SequenceNode', mapping: 'MappingNode' } as const

/** A scalar where a mapping was needed, and the like. */
export function wrongKind(expected: keyof typeof NAMES, node: Node): KustomizeError {
  return new KustomizeError(
    'KUSTOMIZE_NODE_KIND',
    `wrong node kind: expected ${NAMES[expected]} but got ${NAMES[node.kind]}: node contents:\n${printNode(node)}`,
  )
}
