import { SourceError, type Reads, RecordingTree, type SourceTree } from '@tidemark/source-tree'
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
  const recording = new RecordingTree(tree)
  try {
    const object: unknown = JSON.parse(objectJson)
    const { objects, warnings } = renderKustomization(recording, object)
    return { kind: 'rendered', objects, warnings, reads: recording.reads() }
  } catch (error) {
    if (error instanceof FileMissing) throw error
    return failure(error, recording.reads())
  }
}

function failure(error: unknown, reads: Reads): RenderOutcome {
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
