import type { AnyEvent } from './events.ts'
import {
  ClusterInputOutcome,
  type ClusterInputObserved,
  type ClusterInputRef,
  type SecretSet,
} from './gen/tidemark/v1/input.ts'
import { familyOf } from './streams.ts'

/** A Secret or ConfigMap that Flux objects name, as the ledger knows it. */
export interface KnownInput {
  readonly ref: ClusterInputRef
  /** Whether its cluster's applier has been asked to look: for a source, for an application, or for both. */
  readonly requested: boolean
  readonly requestedFor: { readonly query: boolean; readonly demand: boolean }
  /** What the applier saw last, since it was asked. */
  readonly observed: ClusterInputObserved | undefined
  /** What a person set for it. */
  readonly set: SecretSet | undefined
  readonly setAtUs: bigint
  /** Of the streams that it is in. */
  readonly versions: Readonly<Record<InputFamily, bigint>>
}

/** The families of what is told of an input. Whoever folds inputs reads all of these. */
export const INPUT_FAMILIES = ['query', 'demand', 'input', 'secret'] as const
type InputFamily = (typeof INPUT_FAMILIES)[number]

/** Which values are used: those of the cluster on which the object is declared, then those that were set. */
export type InputChoice =
  | { readonly kind: 'found'; readonly from: 'cluster' | 'set'; readonly blob: string }
  /** The cluster has not been looked at yet. `set` is there where values were set. */
  | { readonly kind: 'pending'; readonly set: string | undefined }
  | { readonly kind: 'missing'; readonly message: string }

/** An event of an input, with the place that it has, or is about to have. */
export interface PlacedInput {
  readonly stream: string
  readonly event: AnyEvent
  readonly version: bigint
  readonly atUs?: bigint
}

/** One that nobody has asked for. */
export function unknownInput(ref: ClusterInputRef): KnownInput {
  return {
    ref,
    requested: false,
    requestedFor: { query: false, demand: false },
    observed: undefined,
    set: undefined,
    setAtUs: 0n,
    versions: { query: 0n, demand: 0n, input: 0n, secret: 0n },
  }
}

/** The input that an event is of, if it is of one. */
export function inputOf({ type, value }: AnyEvent): ClusterInputRef | undefined {
  switch (type) {
    case 'ClusterInputRequested':
    case 'ClusterInputReleased':
    case 'ClusterInputObserved':
      return value.input
    case 'SecretSet':
    case 'SecretUnset':
      return value.secret
    default:
      return undefined
  }
}

/** Folds an event of the input. One that is known already changes nothing. */
export function evolveInput(
  known: KnownInput,
  { stream, event, version, atUs = 0n }: PlacedInput,
): KnownInput {
  const family = familyOf(stream)
  switch (family) {
    case 'query':
    case 'demand':
      if (version <= known.versions[family]) return known
      return { ...ask(known, family, event), versions: { ...known.versions, [family]: version } }
    case 'input':
    case 'secret':
      if (version <= known.versions[family]) return known
      return { ...learn(known, event, atUs), versions: { ...known.versions, [family]: version } }
    default:
      return known
  }
}

/** What was seen is believed for as long as somebody has asked. */
function ask(known: KnownInput, family: 'query' | 'demand', { type }: AnyEvent): KnownInput {
  const requestedFor = { ...known.requestedFor, [family]: type === 'ClusterInputRequested' }
  const other = known.requestedFor[family === 'query' ? 'demand' : 'query']
  const requested = requestedFor.query || requestedFor.demand
  return { ...known, requestedFor, requested, observed: other ? known.observed : undefined }
}

function learn(known: KnownInput, { type, value }: AnyEvent, atUs: bigint): KnownInput {
  switch (type) {
    case 'ClusterInputObserved':
      return { ...known, observed: value }
    case 'SecretSet':
      return { ...known, set: value, setAtUs: atUs }
    case 'SecretUnset':
      return { ...known, set: undefined, setAtUs: atUs }
    default:
      return known
  }
}

/** The values to use, or why there are none. */
export function chooseInput({ ref, observed, set }: KnownInput): InputChoice {
  if (observed?.outcome === ClusterInputOutcome.CLUSTER_INPUT_OUTCOME_FOUND)
    return { kind: 'found', from: 'cluster', blob: observed.blob }
  if (observed === undefined) return { kind: 'pending', set: set?.blob }
  if (set !== undefined) return { kind: 'found', from: 'set', blob: set.blob }
  const { cluster, kind, namespace, name } = ref
  const isAbsent = observed.outcome === ClusterInputOutcome.CLUSTER_INPUT_OUTCOME_ABSENT
  const why = isAbsent ? `cluster ${cluster} has none` : observed.message
  return { kind: 'missing', message: `${kind} ${namespace}/${name} is not known: ${why}` }
}
