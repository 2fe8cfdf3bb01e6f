import {
  record,
  type AnyEvent,
  type EventName,
  type EventOf,
  type Recorded,
} from '@tidemark/contracts'
import type { EventStore } from './event-store.ts'

/** A domain in three pure values. Everything else in a service is plumbing around them. */
export interface Decider<State, Input, Name extends EventName = EventName> {
  readonly initial: State
  readonly evolve: (state: State, event: AnyEvent) => State
  readonly decide: (input: Input, state: State) => readonly EventOf<Name>[]
}

export interface Loaded<State> {
  readonly state: State
  readonly version: bigint
}

/** Folds a stream, from nothing, into what it says. Events that this build does not know change nothing. */
export async function load<State>(
  store: EventStore,
  stream: string,
  decider: Pick<Decider<State, never>, 'initial' | 'evolve'>,
): Promise<Loaded<State>> {
  const stored = await store.readStream(stream, 0n)
  const state = stored
    .map(record)
    .filter((recorded): recorded is Recorded => recorded !== undefined)
    .reduce((folded, { event }) => decider.evolve(folded, event), decider.initial)
  return { state, version: stored.at(-1)?.version ?? 0n }
}
