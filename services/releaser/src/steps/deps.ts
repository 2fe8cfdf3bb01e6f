import type { AnyEvent } from '@tidemark/contracts'
import type { Cause } from '@tidemark/service'
import type { Plane } from '../domain/plane.ts'
import type { Library } from '../ports.ts'

/** An event that was decided, and the stream that it belongs in. */
export interface Decided {
  readonly stream: string
  readonly event: AnyEvent
}

/** Where decisions go: folded at once, appended with the page that they answer. */
export interface Decisions {
  record(cause: Cause, decided: readonly Decided[]): void
}

/** What every step of the releaser works with. */
export interface ReleaserDeps {
  readonly plane: Plane
  readonly library: Library
  readonly decisions: Decisions
  readonly nowMs: () => number
}
