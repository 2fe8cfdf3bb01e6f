import type { DataKeys } from '@tidemark/flux'
import type { KeySet } from '@tidemark/sops'
import type { FileMode } from '@tidemark/source-tree'
import type { RenderJob, RenderOutcome } from '../ports.ts'

/** The newest trees that a child keeps; its parent forgets the same ones, and sends them again. */
export const TREES_MAX = 8

/** A file as a render child is told of it. */
export interface FileEntry {
  readonly path: string
  readonly mode: FileMode
  readonly size: number
  readonly sha256: string
}

/** What the parent says to a render child. */
export type ToChild =
  | { readonly kind: 'tree'; readonly digest: string; readonly entries: readonly FileEntry[] }
  | { readonly kind: 'files'; readonly files: readonly (readonly [string, Uint8Array])[] }
  | {
      readonly kind: 'render'
      readonly id: number
      readonly digest: string
      readonly objectJson: string
      readonly variables: RenderJob['variables']
      readonly inputs: RenderJob['inputs']
      readonly dataKeys: DataKeys
      readonly generated: RenderJob['generated']
      readonly release: RenderJob['release']
    }

/** What a render child answers. */
export type FromChild =
  | { readonly kind: 'ready' }
  /** These files, by SHA-256, are not here: send them, and the render begins again. */
  | { readonly kind: 'missing'; readonly id: number; readonly sha256: readonly string[] }
  /** Files are encrypted under these: send their data keys, and the render begins again. */
  | { readonly kind: 'locked'; readonly id: number; readonly sets: readonly KeySet[] }
  | { readonly kind: 'done'; readonly id: number; readonly outcome: RenderOutcome }
