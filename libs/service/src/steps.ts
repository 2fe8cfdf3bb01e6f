import type { EventName, EventOf, Recorded } from '@tidemark/contracts'

/** Answers one event. Reads, acts, decides, records; may run twice. */
export type Step<Name extends EventName> = (
  recorded: Recorded<EventOf<Name>>,
  signal: AbortSignal,
) => Promise<void>

/** The table of contents of a service: which step answers which event. */
export type Steps = { readonly [Name in EventName]?: Step<Name> }

/** Runs the step of an event; nothing where the service has none for it. */
export async function dispatch(
  steps: Steps,
  recorded: Recorded,
  signal: AbortSignal,
): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `Steps` pairs each name with its own event.
  const step = steps[recorded.event.type] as Step<EventName> | undefined
  await step?.(recorded, signal)
}
