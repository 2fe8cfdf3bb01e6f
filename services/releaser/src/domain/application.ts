import {
  ApplyOutcome,
  type AnyEvent,
  type ApplicationDeclared,
  type ApplyOptions,
  type Health,
  type Input,
  InputKind,
  type ReleaseChart,
  Removal,
  type RolloutCause,
  type RolloutStop,
} from '@tidemark/contracts'

/**
 * What the releaser knows of one application. Two halves that never read each other when they are folded:
 * what others found (`rendered`, `deployment`), and what was decided here (all else). So it does not
 * matter whether our own events are folded when they are appended or when they are read back.
 */
export interface Application {
  readonly id: string
  readonly declared: ApplicationDeclared | undefined
  readonly removed: { readonly removal: Removal } | undefined
  readonly removalHeld: boolean
  /** Why the object in Git cannot be used, and the application that holds it; empty where it can. */
  readonly refusal: string
  readonly refusedIn: string
  readonly request: RenderWish | undefined
  /** Where to look for what the newest render read; empty where nothing is known of it. */
  readonly releases: readonly Release[]
  /** The newest render that a release was cut or confirmed for. */
  readonly released: bigint
  readonly hold: { readonly number: bigint; readonly requestId: string } | undefined
  readonly suspended: { readonly untilMs: bigint } | undefined
  readonly rollout: Rollout | undefined
  readonly lastRollout: bigint
  readonly lastApply: bigint
  readonly rendered: RenderAnswer | undefined
  readonly deployment: Deployment | undefined
}

export interface RenderWish {
  readonly request: bigint
  readonly sourceId: string
  readonly artifactDigest: string
  readonly revision: string
  readonly generation: bigint
  /** Of the variables of the cluster; empty where none were given. */
  readonly variablesDigest: string
  /** The Secrets and ConfigMaps that it takes in. */
  readonly inputs: readonly Input[]
  /** Whether what charts generated was to be drawn anew. */
  readonly rotates: boolean
}

export interface Release {
  readonly number: bigint
  readonly manifestDigest: string
  readonly inputsDigest: string
  readonly manifestBlob: string
  /** Of a HelmRelease; empty for all others. */
  readonly helmBlob: string
  readonly objectJson: Uint8Array
  readonly revision: string
  readonly objectCount: number
  readonly fluxObjectCount: number
}

export interface Rollout {
  readonly rollout: bigint
  /** The release; 0n for a removal. */
  readonly number: bigint
  readonly cause: RolloutCause
  readonly phase: 'planned' | 'started' | 'completed' | 'stopped'
  readonly apply: bigint
  /** What was asked of the applier, to see whether the options have changed. */
  readonly options: string
  readonly stop: RolloutStop | undefined
  readonly retryAtMs: bigint
  readonly failures: number
}

export type RenderAnswer =
  | {
      readonly kind: 'rendered'
      readonly request: bigint
      readonly manifestDigest: string
      readonly manifestBlob: string
      readonly readSetBlob: string
      readonly inputsDigest: string
      readonly generatedDigest: string
      readonly generatedBlob: string
      readonly objectCount: number
      readonly fluxObjectCount: number
      readonly helmBlob: string
      readonly chart: ReleaseChart | undefined
    }
  | {
      readonly kind: 'failed'
      readonly request: bigint
      readonly readSetBlob: string
      readonly message: string
    }

export interface Deployment {
  readonly apply: bigint
  readonly number: bigint
  readonly outcome: ApplyOutcome
  readonly message: string
  readonly health: Health | undefined
  readonly healthMessage: string
}

/** An application of which nothing is known yet. */
export function emptyApplication(id: string): Application {
  return {
    id,
    declared: undefined,
    removed: undefined,
    removalHeld: false,
    refusal: '',
    refusedIn: '',
    request: undefined,
    releases: [],
    released: 0n,
    hold: undefined,
    suspended: undefined,
    rollout: undefined,
    lastRollout: 0n,
    lastApply: 0n,
    rendered: undefined,
    deployment: undefined,
  }
}

/** Folds an event of the application into what is known of it. */
export function evolveApplication(state: Application, event: AnyEvent): Application {
  switch (event.type) {
    case 'ApplicationDeclared':
      return {
        ...state,
        declared: event.value,
        removed: undefined,
        removalHeld: false,
        refusal: '',
        refusedIn: '',
        // Nobody has looked after what an orphan left: it is applied again.
        rollout: state.removed?.removal === Removal.REMOVAL_ORPHAN ? undefined : state.rollout,
      }
    case 'ApplicationRefused':
      return { ...state, refusal: event.value.message, refusedIn: event.value.parentId }
    case 'ApplicationRemoved':
      return {
        ...state,
        removed: { removal: event.value.removal },
        removalHeld: false,
        refusal: '',
        refusedIn: '',
      }
    case 'RemovalHeld':
      return { ...state, removalHeld: true }
    case 'RenderRequested':
      return { ...state, request: wishOf(event.value) }
    case 'ReleaseCut':
      return {
        ...state,
        released: event.value.request,
        releases: [
          ...state.releases,
          {
            number: event.value.number,
            manifestDigest: event.value.variants[0]?.manifestDigest ?? '',
            inputsDigest: event.value.inputsDigest,
            manifestBlob: event.value.variants[0]?.manifestBlob ?? '',
            helmBlob: event.value.variants[0]?.helmBlob ?? '',
            objectJson: event.value.objectJson,
            revision: event.value.revision,
            objectCount: event.value.objectCount,
            fluxObjectCount: event.value.fluxObjectCount,
          },
        ],
      }
    case 'ReleaseConfirmed':
      return { ...state, released: event.value.request }
    case 'HoldPlaced':
      return { ...state, hold: { number: event.value.number, requestId: event.value.requestId } }
    case 'HoldLifted':
      return { ...state, hold: undefined }
    case 'ApplicationSuspended':
      return { ...state, suspended: { untilMs: event.value.untilMs } }
    case 'ApplicationResumed':
      return { ...state, suspended: undefined }
    default:
      return evolveFacts(evolveRollout(state, event), event)
  }
}

function wishOf(value: {
  readonly request: bigint
  readonly inputs: readonly Input[]
  readonly revision: string
  readonly generation: bigint
  readonly rotateGenerated: boolean
}): RenderWish {
  const artifact = value.inputs[0]
  const variables = value.inputs.find(({ kind }) => kind === InputKind.INPUT_KIND_CLUSTER_VARIABLES)
  return {
    request: value.request,
    sourceId: artifact?.ref ?? '',
    artifactDigest: artifact?.digest ?? '',
    revision: value.revision,
    generation: value.generation,
    variablesDigest: variables?.digest ?? '',
    inputs: value.inputs.filter(({ kind }) => NAMED.has(kind)),
    rotates: value.rotateGenerated,
  }
}

const NAMED = new Set<InputKind>([
  InputKind.INPUT_KIND_SECRET,
  InputKind.INPUT_KIND_CONFIG_MAP,
  InputKind.INPUT_KIND_CAPABILITIES,
])

function evolveRollout(state: Application, event: AnyEvent): Application {
  switch (event.type) {
    case 'RolloutPlanned':
      return {
        ...state,
        lastRollout: event.value.rollout,
        rollout: {
          rollout: event.value.rollout,
          number: event.value.number,
          cause: event.value.cause,
          phase: 'planned',
          apply: 0n,
          options: state.rollout?.options ?? '',
          stop: undefined,
          retryAtMs: 0n,
          failures: state.rollout?.number === event.value.number ? state.rollout.failures : 0,
        },
      }
    case 'ApplyRequested':
      return change({ ...state, lastApply: event.value.apply }, event.value.rollout, {
        phase: 'started',
        apply: event.value.apply,
        options: optionsText(event.value.options),
      })
    case 'RolloutCompleted':
      return change(state, event.value.rollout, {
        phase: 'completed',
        stop: undefined,
        retryAtMs: 0n,
        failures: 0,
      })
    case 'RolloutStopped':
      return change(state, event.value.rollout, {
        phase: 'stopped',
        stop: event.value.stop,
        retryAtMs: event.value.retryAtMs,
        failures: event.value.failures,
      })
    default:
      return state
  }
}

function change(state: Application, rollout: bigint, fields: Partial<Rollout>): Application {
  if (state.rollout?.rollout !== rollout) return state
  return { ...state, rollout: { ...state.rollout, ...fields } }
}

function evolveFacts(state: Application, event: AnyEvent): Application {
  switch (event.type) {
    case 'Rendered':
      return { ...state, rendered: { kind: 'rendered', ...event.value } }
    case 'RenderFailed':
      return { ...state, rendered: { kind: 'failed', ...event.value } }
    case 'ApplyStarted':
      return {
        ...state,
        deployment: {
          apply: event.value.apply,
          number: event.value.number,
          outcome: ApplyOutcome.APPLY_OUTCOME_UNSPECIFIED,
          message: '',
          health: undefined,
          healthMessage: '',
        },
      }
    case 'ApplyFinished':
      return {
        ...state,
        deployment: {
          apply: event.value.apply,
          number: event.value.number,
          outcome: event.value.outcome,
          message: event.value.message,
          health: undefined,
          healthMessage: '',
        },
      }
    case 'HealthChanged':
      if (state.deployment?.apply !== event.value.apply) return state
      return {
        ...state,
        deployment: {
          ...state.deployment,
          health: event.value.health,
          healthMessage: event.value.message,
        },
      }
    default:
      return state
  }
}

/** One text for one set of options, to see whether they have changed. */
export function optionsText(options: ApplyOptions | undefined): string {
  if (options === undefined) return ''
  const { prune, wait, force, timeoutMs, pruneOrder, helmActionsJson } = options
  const actions = Buffer.from(helmActionsJson).toString('utf8')
  return [prune, wait, force, timeoutMs, pruneOrder, actions].join('/')
}

/** The release that the application should run: the held one, else the newest. */
export function wantedRelease(state: Application): Release | undefined {
  const { hold, releases } = state
  return hold === undefined
    ? releases.at(-1)
    : releases.find(({ number }) => number === hold.number)
}
