import { fromBytes, GeneratedMemory, LimitError } from '@tidemark/go-template'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { helmRenderer } from '@tidemark/kustomize'
import { Masker } from '@tidemark/sealing'
import { SourceError } from '@tidemark/source-tree'
import {
  DataKeysMissing,
  type DataKeys,
  isRecord,
  renderHelmRelease,
  renderKustomization,
  RenderRefused,
  seedHelmRelease,
} from '@tidemark/flux'
import type { RenderJob, RenderOutcome } from '../ports.ts'

/** A file that the engine wants and that is not here yet. Not an answer: the render begins again with it. */
export class FileMissing extends Error {
  readonly path: string

  constructor(path: string) {
    super(`${path} is not here yet`)
    this.path = path
  }
}

/** A job as a child has it: without the way to open data keys, and with those that were opened. */
export interface RenderParts extends Omit<RenderJob, 'key' | 'artifactDigest' | 'unwrap'> {
  readonly dataKeys: DataKeys
}

/**
 * Renders an application over a tree: the engine, its refusals as values, and what was read. Charts draw random values only
 * where `generated` has none for a call.
 */
export function renderFiles({
  tree,
  objectJson,
  variables,
  inputs,
  generated,
  release,
  dataKeys,
}: RenderParts): RenderOutcome {
  const secrets: string[] = []
  try {
    const object: unknown = JSON.parse(objectJson)
    if (isRecord(object) && object['kind'] === 'HelmRelease')
      return renderRelease(object, { tree, inputs, generated, release })
    const memory = new GeneratedMemory(SOURCES, generated)
    const drawn = { generated: memory, clock: systemClock }
    const charts = helmRenderer(drawn)
    const { objects, warnings, reads } = renderKustomization(tree, object, {
      variables,
      inputs,
      dataKeys,
      onSecret: (value) => secrets.push(value),
      charts,
    })
    const { entries } = memory
    return { kind: 'rendered', objects, helm: undefined, warnings, reads, generated: entries }
  } catch (error) {
    if (error instanceof FileMissing || error instanceof DataKeysMissing) throw error
    return failure(error, new Masker(secrets))
  }
}

const SOURCES = { random: systemRandom, clock: systemClock }

/** A chart that Helm has installed before, and nobody else has rendered yet, goes on with what it generated then. */
function renderRelease(
  object: Readonly<Record<string, unknown>>,
  {
    tree,
    inputs,
    generated,
    release,
  }: Pick<RenderJob, 'tree' | 'inputs' | 'generated' | 'release'>,
): RenderOutcome {
  const { number: revision, sourceRevision } = release
  const values = inputs.flatMap(({ kind, ...rest }) =>
    kind === 'HelmRelease' ? [] : [{ kind, ...rest }],
  )
  const given = {
    tree,
    inputs: values,
    revision,
    sourceRevision,
    clock: systemClock,
  }
  const installed = inputs.find(({ kind }) => kind === 'HelmRelease')?.values.get('manifest')
  const manifest = Buffer.from(installed ?? []).toString('utf8')
  const known =
    installed === undefined || generated.length > 0
      ? generated
      : seedHelmRelease(object, given, { manifest, sources: SOURCES })
  const memory = new GeneratedMemory(SOURCES, known)
  const { contents, ...rendered } = renderHelmRelease(object, { ...given, generated: memory })
  return { kind: 'rendered', ...rendered, helm: contents, generated: memory.entries }
}

/** What was read before a failure is not known in full, so any change of the source asks again. */
function failure(error: unknown, masker: Masker): RenderOutcome {
  const { code, message: whole, file, line } = refusalOf(error)
  const message = masker.mask(withoutCode(whole, code))
  return { kind: 'failed', code, message, file, line, reads: undefined }
}

interface Refusal {
  readonly code: string
  readonly message: string
  readonly file: string
  readonly line: number
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RenderRefused) return error
  if (error instanceof SourceError) {
    const { code, message, path } = error
    return { code, message, file: path, line: 0 }
  }
  if (error instanceof LimitError) {
    const { code, position, message } = error
    const file = fromBytes(position?.template ?? '')
    return { code, message: fromBytes(message), file, line: position?.line ?? 0 }
  }
  const message = error instanceof Error ? error.message : 'the engine failed without a reason'
  return { code: 'ENGINE_FAILED', message, file: '', line: 0 }
}

/** The engines begin their messages with the code, for those who see nothing else; an outcome has it beside the message. */
function withoutCode(message: string, code: string): string {
  return message.replace(`${code}: `, '')
}
