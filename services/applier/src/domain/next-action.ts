import { HelmAction, HelmOutcome, RolloutCause } from '@tidemark/contracts'
import { unreachable } from '@tidemark/kernel'
import type { DeployedRelease, HelmState } from './helm-release.ts'

const { HELM_ACTION_INSTALL, HELM_ACTION_ROLLBACK, HELM_ACTION_UNINSTALL, HELM_ACTION_UPGRADE } =
  HelmAction

/** What a HelmRelease says of a failed install or upgrade. */
export interface Remedy {
  /** `retry`: the same again, at the interval that the releaser keeps. */
  readonly strategy: 'remediate' | 'retry'
  /** Below zero: without end. */
  readonly retries: number
  readonly remediateLast: boolean
  readonly by: 'rollback' | 'uninstall'
}

/** What the decision needs of the world, as values. */
export interface NextActionInput {
  /** `removal`: what was delivered goes. */
  readonly asked: 'release' | 'rollback' | 'removal'
  readonly apply: bigint
  readonly cause: RolloutCause
  /** The bytes that are asked for. */
  readonly wanted: { readonly number: bigint; readonly manifestDigest: string }
  /** Whether what is deployed has another name, namespace or chart: then it goes first. */
  readonly moved: boolean
  /** The newest record of Helm in the cluster. */
  readonly recorded: { readonly revision: number; readonly status: string } | undefined
  readonly install: Remedy
  readonly upgrade: Remedy
}

export type NextAction =
  | {
      readonly kind: 'begin'
      readonly action: HelmAction
      /** `asked`: the bytes of the request. `deployed`: those of the last good release. `last`: those of the last action. */
      readonly bytes: 'asked' | 'deployed' | 'last'
      readonly reason: string
    }
  /** What runs is what is asked for. */
  | { readonly kind: 'in-sync' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed'; readonly message: string }

/** Failed installs and upgrades that count for a request: all others begin anew (Flux counts by generation, chart and values). */
export function failuresBefore(
  { failures }: HelmState,
  { cause }: Pick<NextActionInput, 'cause'>,
): number {
  return cause === RolloutCause.ROLLOUT_CAUSE_RETRY ? failures : 0
}

/** What follows for a request from all that has been done for it: helm-controller's state machine, without its loop. */
export function nextAction(state: HelmState, input: NextActionInput): NextAction {
  const { action } = state
  return action?.apply === input.apply && action.ended !== undefined
    ? following(state, input)
    : first(state, input)
}

function first(state: HelmState, input: NextActionInput): NextAction {
  const { asked, recorded, cause, moved, wanted } = input
  const { deployed, action } = state
  if (asked === 'removal') {
    if (recorded === undefined && action === undefined) return { kind: 'applied' }
    const bytes = deployed === undefined ? 'last' : 'deployed'
    return { kind: 'begin', action: HELM_ACTION_UNINSTALL, bytes, reason: 'removed' }
  }
  if (cause === RolloutCause.ROLLOUT_CAUSE_RETRY && isExhausted(state, input))
    return { kind: 'failed', message: exhausted(state) }
  if (deployed !== undefined && moved)
    return {
      kind: 'begin',
      action: HELM_ACTION_UNINSTALL,
      bytes: 'deployed',
      reason: 'another name, namespace or chart',
    }
  if (recorded === undefined || recorded.status === 'uninstalled')
    return begin(HELM_ACTION_INSTALL, 'not installed')
  if (isInSync(deployed, input)) return { kind: 'in-sync' }
  if (asked === 'rollback' && deployed !== undefined)
    return begin(HELM_ACTION_ROLLBACK, `back to release ${wanted.number}`)
  return begin(HELM_ACTION_UPGRADE, upgradeReason(state, input))
}

function isInSync(
  deployed: DeployedRelease | undefined,
  { wanted, recorded }: NextActionInput,
): boolean {
  return (
    deployed?.manifestDigest === wanted.manifestDigest &&
    recorded?.revision === deployed.revision &&
    recorded.status === 'deployed'
  )
}

function upgradeReason({ deployed, failed }: HelmState, { recorded }: NextActionInput): string {
  if (failed !== undefined) return 'the last attempt failed'
  if (deployed === undefined) return 'a release that Helm has installed is taken over'
  return recorded?.revision === deployed.revision ? 'changed' : 'Helm has changed it since'
}

/** What follows an action that has ended. */
function following(state: HelmState, input: NextActionInput): NextAction {
  const { action, failures } = state
  if (action?.ended === undefined) return { kind: 'applied' }
  const { outcome, message } = action.ended
  switch (outcome) {
    case HelmOutcome.HELM_OUTCOME_SUCCEEDED:
      return failures === 0 || isAsked(state, input)
        ? afterSuccess(state, input)
        : afterRemedy(state, input)
    case HelmOutcome.HELM_OUTCOME_FAILED:
    case HelmOutcome.HELM_OUTCOME_TIMED_OUT:
      return isRelease(action.action) ? afterFailure(state, input) : { kind: 'failed', message }
    case HelmOutcome.HELM_OUTCOME_SUPERSEDED:
      return first(state, input)
    case HelmOutcome.HELM_OUTCOME_UNSPECIFIED:
    case HelmOutcome.UNRECOGNIZED:
      return { kind: 'failed', message }
    default:
      return unreachable(outcome)
  }
}

/** Whether the last action brought what is asked for, and did not put something right. */
function isAsked({ action }: HelmState, { asked }: NextActionInput): boolean {
  if (action === undefined) return false
  if (asked === 'removal') return action.action === HELM_ACTION_UNINSTALL
  return (
    isRelease(action.action) || (asked === 'rollback' && action.action === HELM_ACTION_ROLLBACK)
  )
}

function afterSuccess({ action }: HelmState, { asked }: NextActionInput): NextAction {
  return action?.action === HELM_ACTION_UNINSTALL && asked !== 'removal'
    ? begin(HELM_ACTION_INSTALL, 'not installed')
    : { kind: 'applied' }
}

/** What failed is put right: then it is tried again, as long as that is wanted. */
function afterRemedy(state: HelmState, input: NextActionInput): NextAction {
  const { action, failed } = state
  const isGone = action?.action === HELM_ACTION_UNINSTALL
  // An upgrade that is remediated by uninstalling goes on as an install, whose own retries count (helm-controller).
  const goesOn = isGone && failed?.action === HELM_ACTION_UPGRADE
  if (isExhausted(state, input) && !goesOn) return { kind: 'failed', message: exhausted(state) }
  return begin(isGone ? HELM_ACTION_INSTALL : HELM_ACTION_UPGRADE, 'tried again')
}

function afterFailure(state: HelmState, input: NextActionInput): NextAction {
  const { action, deployed } = state
  const message = action?.ended?.message ?? ''
  const remedy = remedyOf(state, input)
  if (remedy.strategy === 'retry') return { kind: 'failed', message }
  if (isExhausted(state, input) && !remedy.remediateLast) return { kind: 'failed', message }
  if (remedy.by === 'uninstall')
    return { kind: 'begin', action: HELM_ACTION_UNINSTALL, bytes: 'last', reason: message }
  if (deployed === undefined)
    return { kind: 'failed', message: `${message}; there is no earlier release to go back to` }
  return { kind: 'begin', action: HELM_ACTION_ROLLBACK, bytes: 'deployed', reason: message }
}

function remedyOf({ failed }: HelmState, { install, upgrade }: NextActionInput): Remedy {
  return failed?.action === HELM_ACTION_INSTALL ? install : upgrade
}

function isExhausted(state: HelmState, input: NextActionInput): boolean {
  const { strategy, retries } = remedyOf(state, input)
  return strategy === 'remediate' && retries >= 0 && state.failures > retries
}

function exhausted({ failed, failures }: HelmState): string {
  const what = failed?.action === HELM_ACTION_INSTALL ? 'install' : 'upgrade'
  const why = failed?.message ?? ''
  return `no more retries after ${failures} failed ${failures === 1 ? 'attempt' : 'attempts'} to ${what}: it stays as it is until chart, values or spec change${why === '' ? '' : ` (${why})`}`
}

function isRelease(action: HelmAction): boolean {
  return action === HELM_ACTION_INSTALL || action === HELM_ACTION_UPGRADE
}

function begin(action: HelmAction, reason: string): NextAction {
  return { kind: 'begin', action, bytes: 'asked', reason }
}
