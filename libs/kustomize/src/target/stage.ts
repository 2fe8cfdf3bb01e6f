import type { Accumulator } from './accumulator.ts'
import type { Entered } from './entered.ts'
import type { Target } from './load-target.ts'
import type { OriginNote } from './origin-notes.ts'

/** The entries of a list of a kustomization, and the field that it is. */
export interface ResourceList {
  readonly paths: readonly string[]
  readonly field: string
}

/** A kustomization in its place: what it inherits from the one that named it. */
export interface Stage {
  readonly target: Target
  /** Set where `buildMetadata` asks for origins. */
  readonly origin: OriginNote | undefined
  /** The namespace that charts get where nothing else says. */
  readonly helmNamespace: string
  /** The folders that were entered on the way. */
  readonly entered: Entered
  /** How many kustomizations deep. */
  readonly depth: number
  /** Reads files and builds folders. A step that needs other kustomizations asks here, for it cannot know how they are built. */
  readonly gather: (stage: Stage, into: Accumulator, list: ResourceList) => void
}
