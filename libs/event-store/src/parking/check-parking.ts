import type { Writer } from '@tidemark/contracts'
import { NotAllowed } from '../errors.ts'
import { owns } from '../identity.ts'

/** Failed tries after which an event is parked: the third failure, or the third crash, is no accident. */
export const PARK_TRIES = 3
const ERROR_CHARS_MAX = 4_096 // What a person reads; the rest is in the logs.
/** Of one answer; with more parked events than that, something else is broken. */
export const PARKED_MAX = 1_000

/** Throws {@link NotAllowed} where the reactor is not this writer's. */
export function checkReactor(writer: Writer, reactor: string): void {
  if (!owns(writer, reactor))
    throw new NotAllowed(`cannot park for reactor ${reactor}: it is not ${writer}'s`)
}

/** An error's text, short enough to keep. */
export function keptError(error: string): string {
  return error.replaceAll('\0', '').slice(0, ERROR_CHARS_MAX)
}
