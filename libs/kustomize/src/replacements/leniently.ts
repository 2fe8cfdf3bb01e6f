import { KustomizeError } from '../kustomize-error.ts'
import type { Node } from '../node/node.ts'

/** What a step gives; nothing, where it is refused. */
export function leniently(step: () => Node | undefined): Node | undefined {
  try {
    return step()
  } catch (error) {
    if (error instanceof KustomizeError) return undefined
    throw error
  }
}
