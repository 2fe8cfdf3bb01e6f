import type { Blobs } from '@tidemark/service'
import type { Reads, SourceTree } from '@tidemark/source-tree'
import type { Library } from '../ports.ts'

const KEPT_MAX = 512 // Read sets of a few hundred applications, and the newest artifacts.

export interface LibraryParts {
  readonly blobs: Blobs
  readonly openArtifact: (blob: string, signal: AbortSignal) => Promise<SourceTree>
}

/** Reads what is too big for an event from the blob store. Names follow from bytes, so nothing gets old. */
export function blobLibrary({ blobs, openArtifact }: LibraryParts): Library {
  const trees = keep(4, openArtifact)
  const reads = keep(KEPT_MAX, async (blob, signal) => parse<Reads>(await blobs.get(blob, signal)))
  return {
    artifact: trees,
    reads,
    manifests: async (blob, signal) => parse<readonly unknown[]>(await blobs.get(blob, signal)),
  }
}

type Load<Value> = (blob: string, signal: AbortSignal) => Promise<Value>

/** The newest `max` answers; the oldest goes first. */
function keep<Value>(max: number, load: Load<Value>): Load<Value> {
  const kept = new Map<string, Promise<Value>>()
  return (blob, signal) => {
    const known = kept.get(blob)
    if (known !== undefined) return known
    const loading = load(blob, signal)
    kept.set(blob, loading)
    loading.catch(() => kept.delete(blob))
    for (const oldest of kept.keys()) {
      if (kept.size <= max) break
      kept.delete(oldest)
    }
    return loading
  }
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- The caller names what it keeps there.
function parse<Value>(bytes: Uint8Array): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- We wrote these bytes; their name vouches for them.
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Value
}
