import {
  HelmAction,
  HelmOutcome,
  type AnyEvent,
  type ApplyOutcome,
  type HelmActionFinished,
  type HelmActionStarted,
  type HelmObjectsWritten,
  type ObjectCounts,
  type ObjectResult,
} from '@tidemark/contracts'

/** A HelmRelease on one cluster, folded from the stream of its deployment. */
export interface HelmState {
  /** The action that is under way, or was the last one. */
  readonly action: HelmRun | undefined
  /** The newest release that an action brought to its end: what a failed one is put back to. */
  readonly deployed: DeployedRelease | undefined
  /** Installs and upgrades that have failed since the release was asked for. */
  readonly failures: number
  /** The install or upgrade that failed last: its remediation says what follows. */
  readonly failed: { readonly action: HelmAction; readonly message: string } | undefined
}

/** Bytes of a release, and where Helm's record of them is. */
export interface DeployedRelease {
  readonly number: bigint
  readonly revision: number
  readonly releaseName: string
  readonly storageNamespace: string
  readonly manifestDigest: string
  readonly manifestBlob: string
  readonly helmBlob: string
}

/** One action: what it has done so far. */
export interface HelmRun extends DeployedRelease {
  readonly apply: bigint
  readonly attempt: number
  readonly action: HelmAction
  /** By `<event> <id>`. */
  readonly hooks: ReadonlyMap<string, HookState>
  readonly written: WrittenObjects | undefined
  readonly ended: EndedAction | undefined
  /** When the newest of this was recorded: from then on a wait is measured. */
  readonly sinceMs: number
}

export interface HookState {
  readonly startedMs: number
  readonly endedMs: number | undefined
  readonly outcome: HelmOutcome | undefined
  readonly message: string
}

export interface WrittenObjects {
  readonly outcome: ApplyOutcome
  readonly message: string
  readonly counts: ObjectCounts | undefined
  readonly results: readonly ObjectResult[]
  readonly requests: number
  readonly atMs: number
}

export interface EndedAction {
  readonly outcome: HelmOutcome
  readonly message: string
  readonly nextAtMs: number
}

/** No action was ever begun. */
export const noHelm: HelmState = {
  action: undefined,
  deployed: undefined,
  failures: 0,
  failed: undefined,
}

/** Folds an event of the deployment into what is known of its release. */
export function evolveHelm(state: HelmState, event: AnyEvent, atMs: number): HelmState {
  const { type, value } = event
  switch (type) {
    case 'HelmActionStarted':
      return started(state, value, atMs)
    case 'HookStarted':
      return withHook(
        state,
        hookKey(value.hookEvent, value.id),
        {
          startedMs: atMs,
          endedMs: undefined,
          outcome: undefined,
          message: '',
        },
        atMs,
      )
    case 'HookFinished': {
      const { hookEvent, id, outcome, message } = value
      const key = hookKey(hookEvent, id)
      const startedMs = state.action?.hooks.get(key)?.startedMs ?? atMs
      return withHook(state, key, { startedMs, endedMs: atMs, outcome, message }, atMs)
    }
    case 'HelmObjectsWritten':
      return withRun(state, { written: writtenOf(value, atMs), sinceMs: atMs })
    case 'HelmActionFinished':
      return finished(state, value)
    default:
      return state
  }
}

/** How a hook of an action is named among its hooks. */
export function hookKey(event: string, id: string): string {
  return `${event} ${id}`
}

/** The action that was begun and has not ended. */
export function underWay({ action }: HelmState): HelmRun | undefined {
  return action?.ended === undefined ? action : undefined
}

/** Whether what is on the cluster is a release that went well. */
export function isDeployed({ action, deployed }: HelmState): boolean {
  return deployed !== undefined && action?.ended?.outcome === HelmOutcome.HELM_OUTCOME_SUCCEEDED
}

function started(state: HelmState, value: HelmActionStarted, sinceMs: number): HelmState {
  const { apply, attempt, action, number, revision, releaseName, storageNamespace } = value
  const { manifestDigest, manifestBlob, helmBlob } = value
  const place = { number, revision, releaseName, storageNamespace }
  const bytes = { manifestDigest, manifestBlob, helmBlob }
  const begun = {
    apply,
    attempt,
    action,
    hooks: new Map(),
    written: undefined,
    ended: undefined,
    sinceMs,
  }
  return {
    ...state,
    action: { ...place, ...bytes, ...begun },
  }
}

function finished(state: HelmState, value: HelmActionFinished): HelmState {
  const { outcome, message, failures, nextAtMs, action } = value
  const ended = withRun(state, { ended: { outcome, message, nextAtMs: Number(nextAtMs) } })
  if (outcome !== HelmOutcome.HELM_OUTCOME_SUCCEEDED) {
    const isRelease =
      action === HelmAction.HELM_ACTION_INSTALL || action === HelmAction.HELM_ACTION_UPGRADE
    return { ...ended, failures, failed: isRelease ? { action, message } : state.failed }
  }
  if (action === HelmAction.HELM_ACTION_UNINSTALL)
    return { ...ended, failures, deployed: undefined }
  const failed = failures === 0 ? undefined : state.failed
  return { ...ended, failures, failed, deployed: ended.action }
}

function writtenOf(value: HelmObjectsWritten, atMs: number): WrittenObjects {
  const { outcome, message, counts, results, requests } = value
  return { outcome, message, counts, results, requests, atMs }
}

function withRun(state: HelmState, fields: Partial<HelmRun>): HelmState {
  return state.action === undefined ? state : { ...state, action: { ...state.action, ...fields } }
}

function withHook(state: HelmState, key: string, hook: HookState, sinceMs: number): HelmState {
  const hooks = state.action?.hooks ?? new Map<string, HookState>()
  return withRun(state, { hooks: new Map([...hooks, [key, hook]]), sinceMs })
}
