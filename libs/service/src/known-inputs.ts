import {
  ClusterInputOutcome,
  familyOf,
  inputId,
  type ClusterInputObserved,
  type ClusterInputRef,
  type Recorded,
  type SecretSet,
} from '@tidemark/contracts'

/** A Secret or ConfigMap that Flux objects name, as the ledger knows it. */
export interface KnownInput {
  readonly ref: ClusterInputRef
  /** Whether its cluster's applier has been asked to look. */
  readonly requested: boolean
  /** What the applier saw last, since it was asked. */
  readonly observed: ClusterInputObserved | undefined
  /** What a person set for it. */
  readonly set: SecretSet | undefined
  readonly setAtUs: bigint
  /** Of the three streams that it is in. */
  readonly versions: { readonly query: bigint; readonly input: bigint; readonly secret: bigint }
}

/** Which values are used: those of the cluster on which the object is declared, then those that were set. */
export type InputChoice =
  | { readonly kind: 'found'; readonly from: 'cluster' | 'set'; readonly blob: string }
  /** The cluster has not been looked at yet. `set` is there where values were set. */
  | { readonly kind: 'pending'; readonly set: string | undefined }
  | { readonly kind: 'missing'; readonly message: string }

/** All of them, folded from the ledger. Events of one's own are folded when appended, and known when read back. */
export class KnownInputs {
  readonly #inputs: Map<string, KnownInput>

  /** `known` is what `all` gave before. */
  constructor(known: readonly KnownInput[] = []) {
    this.#inputs = new Map(known.map((input) => [inputId(input.ref), input]))
  }

  get(ref: ClusterInputRef): KnownInput {
    return (
      this.#inputs.get(inputId(ref)) ?? {
        ref,
        requested: false,
        observed: undefined,
        set: undefined,
        setAtUs: 0n,
        versions: { query: 0n, input: 0n, secret: 0n },
      }
    )
  }

  all(): readonly KnownInput[] {
    return [...this.#inputs.values()]
  }

  fold({ stream, event, stored }: Pick<Recorded, 'stream' | 'event' | 'stored'>): void {
    const { atUs } = stored
    this.foldOwn({ stream, event, version: stored.version, atUs })
  }

  /** Folds an event that is not stored yet, or one that is. */
  foldOwn({ stream, event, version, atUs = 0n }: PlacedInput): void {
    const ref = refOf(event)
    const family = familyOf(stream)
    if (ref === undefined) return
    if (family !== 'query' && family !== 'input' && family !== 'secret') return
    const known = this.get(ref)
    if (version <= known.versions[family]) return
    const versions = { ...known.versions, [family]: version }
    this.#inputs.set(inputId(ref), { ...evolve(known, event, atUs), versions })
  }
}

interface PlacedInput extends Pick<Recorded, 'stream' | 'event'> {
  readonly version: bigint
  readonly atUs?: bigint
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

function evolve(known: KnownInput, { type, value }: Recorded['event'], atUs: bigint): KnownInput {
  switch (type) {
    case 'ClusterInputRequested':
      return { ...known, requested: true, observed: undefined }
    case 'ClusterInputReleased':
      return { ...known, requested: false, observed: undefined }
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

function refOf({ type, value }: Recorded['event']): ClusterInputRef | undefined {
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
