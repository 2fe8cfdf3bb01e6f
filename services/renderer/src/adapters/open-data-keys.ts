import type { DataKeys } from '@tidemark/flux'
import type { KeySet } from '@tidemark/sops'
import type { RenderJob } from '../ports.ts'

/** The data keys that one job was given, as it asked for them. Each is asked for once: an answer may be a refusal. */
export interface OpenedDataKeys {
  readonly opened: DataKeys
  open(sets: readonly KeySet[]): Promise<void>
}

export function openDataKeys({ unwrap }: Pick<RenderJob, 'unwrap'>): OpenedDataKeys {
  const opened = new Map<string, Uint8Array | { readonly refused: string }>()
  return {
    opened,
    open: async (sets) => {
      for (const set of sets) opened.set(set.id, await unwrap(set))
    },
  }
}
