import { SourceError, type SourceTree } from '@tidemark/source-tree'
import { renderKustomization, RenderRefused } from '@tidemark/flux'
import type { RenderOutcome } from '../ports.ts'

/** A file that the engine wants and that is not here yet. Not an answer: the render begins again with it. */
export class FileMissing extends Error {
  readonly path: string

  constructor(path: string) {
    super(`${path} is not here yet`)
    this.path = path
  }
}

/** Renders an application over a tree: the engine, its refusals as values, and what was read. */
export function renderFiles(tree: SourceTree, objectJson: string): RenderOutcome {
  try {
    const object: unknown = JSON.parse(objectJson)
    const { objects, warnings, reads } = renderKustomization(tree, object)
    return { kind: 'rendered', objects, warnings, reads }
  } catch (error) {
    if (error instanceof FileMissing) throw error
    return failure(error)
  }
}

/** What was read before a failure is not known in full, so any change of the source asks again. */
function failure(error: unknown): RenderOutcome {
  const reads = undefined
  if (error instanceof RenderRefused) {
    const { code, message, file, line } = error
    return { kind: 'failed', code, message, file, line, reads }
  }
  if (error instanceof SourceError) {
    const { code, message, path } = error
    return { kind: 'failed', code, message, file: path, line: 0, reads }
  }
  const message = error instanceof Error ? error.message : 'the engine failed without a reason'
  return { kind: 'failed', code: 'ENGINE_FAILED', message, file: '', line: 0, reads }
}
