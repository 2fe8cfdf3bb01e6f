import type { Random } from '@tidemark/kernel'
import type { FieldError } from '../api/errors.ts'
import type { Draft } from '../draft.ts'
import type { JsonObject } from '../json.ts'

/** What a rule may ask of its cluster. */
export interface Tools {
  readonly random: Random
  /** An address of the service range that no Service has. */
  readonly allocateAddress: () => string
  /** A node port (30000 to 32767) that no Service has. */
  readonly allocatePort: () => number
  /** Now, in RFC 3339. */
  readonly time: () => string
}

/** What is special about one kind: its defaults, what the server fills in, and what it refuses. */
export interface KindRules {
  /** Defaults of the API version: they count as written by the client. */
  readonly setDefaults?: (draft: Draft) => void
  /** What the server adds when it stores a new object; nobody owns it. */
  readonly prepareCreate?: (draft: Draft, tools: Tools) => void
  readonly prepareUpdate?: (draft: Draft, old: JsonObject, tools: Tools) => void
  readonly validate?: (object: JsonObject) => readonly FieldError[]
  readonly validateUpdate?: (object: JsonObject, old: JsonObject) => readonly FieldError[]
  /** Which top-level fields raise `metadata.generation` when they change; none: it has no generation. */
  readonly generation?: readonly string[]
}
