import { event, HelmAction, HelmOutcome, RolloutCause, type AnyEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { evolveHelm, noHelm, type HelmState } from './helm-release.ts'
import { failuresBefore, nextAction, type NextActionInput, type Remedy } from './next-action.ts'

const { HELM_ACTION_INSTALL, HELM_ACTION_ROLLBACK, HELM_ACTION_UNINSTALL, HELM_ACTION_UPGRADE } =
  HelmAction
const { HELM_OUTCOME_FAILED, HELM_OUTCOME_SUCCEEDED } = HelmOutcome

const LEAVE: Remedy = { strategy: 'remediate', retries: 0, remediateLast: false, by: 'rollback' }
const RETRYING: Remedy = { ...LEAVE, retries: 1, remediateLast: true }

interface Done {
  readonly action: HelmAction
  readonly outcome?: HelmOutcome
  readonly failures?: number
  readonly apply?: bigint
}

/** The state after these actions of apply 1, the revisions counted from 1. */
function after(...all: readonly Done[]): HelmState {
  const events = all.flatMap(
    ({ action, outcome = HELM_OUTCOME_SUCCEEDED, failures = 0, apply = 1n }, index): AnyEvent[] => {
      const place = { apply, attempt: index + 1, action, number: apply, revision: index + 1 }
      return [
        event('HelmActionStarted', { ...place, manifestDigest: `m${apply}` }),
        event('HelmActionFinished', { ...place, outcome, failures, message: 'it broke' }),
      ]
    },
  )
  return events.reduce((state, each) => evolveHelm(state, each, 0), noHelm)
}

function asked(fields: Partial<NextActionInput> = {}): NextActionInput {
  return {
    asked: 'release',
    apply: 1n,
    cause: RolloutCause.ROLLOUT_CAUSE_RELEASE,
    wanted: { number: 1n, manifestDigest: 'm1' },
    moved: false,
    recorded: undefined,
    install: { ...LEAVE, by: 'uninstall' },
    upgrade: LEAVE,
    ...fields,
  }
}

const installed = after({ action: HELM_ACTION_INSTALL })
const next = { apply: 2n, wanted: { number: 2n, manifestDigest: 'm2' } }
const deployed = { revision: 1, status: 'deployed' }

test('what nobody has installed is installed, and so is what was uninstalled', () => {
  expect(nextAction(noHelm, asked())).toMatchObject({ action: HELM_ACTION_INSTALL })
  const recorded = { revision: 3, status: 'uninstalled' }
  expect(nextAction(noHelm, asked({ recorded }))).toMatchObject({ action: HELM_ACTION_INSTALL })
})

test('what Helm has installed is upgraded, whatever it left behind', () => {
  for (const status of ['deployed', 'failed', 'pending-upgrade'])
    expect(nextAction(noHelm, asked({ recorded: { revision: 3, status } }))).toMatchObject({
      action: HELM_ACTION_UPGRADE,
      reason: 'a release that Helm has installed is taken over',
    })
})

test('a release that is asked for again is in sync, unless Helm has touched it', () => {
  const again = asked({ apply: 2n, recorded: deployed })
  expect(nextAction(installed, again)).toEqual({ kind: 'in-sync' })
  const touched = { ...again, recorded: { revision: 2, status: 'deployed' } }
  expect(nextAction(installed, touched)).toMatchObject({
    action: HELM_ACTION_UPGRADE,
    reason: 'Helm has changed it since',
  })
})

test('an action that went well answers the request', () => {
  expect(nextAction(installed, asked({ recorded: deployed }))).toEqual({ kind: 'applied' })
})

test('a failed install without retries stays as it is', () => {
  const state = after({ action: HELM_ACTION_INSTALL, outcome: HELM_OUTCOME_FAILED, failures: 1 })
  expect(nextAction(state, asked())).toEqual({ kind: 'failed', message: 'it broke' })
})

test('a failed upgrade goes back to the release before, and is tried again as often as it may', () => {
  const failed: Done = { action: HELM_ACTION_UPGRADE, outcome: HELM_OUTCOME_FAILED, apply: 2n }
  const back: Done = { action: HELM_ACTION_ROLLBACK, apply: 2n }
  const first: Done = { action: HELM_ACTION_INSTALL }
  const input = asked({ ...next, upgrade: RETRYING, recorded: deployed })
  const once = after(first, { ...failed, failures: 1 })
  expect(nextAction(once, input)).toMatchObject({ action: HELM_ACTION_ROLLBACK, bytes: 'deployed' })
  const undone = after(first, { ...failed, failures: 1 }, { ...back, failures: 1 })
  expect(nextAction(undone, input)).toMatchObject({ action: HELM_ACTION_UPGRADE, bytes: 'asked' })
  const twice = after(
    first,
    { ...failed, failures: 1 },
    { ...back, failures: 1 },
    { ...failed, failures: 2 },
  )
  expect(nextAction(twice, input)).toMatchObject({ action: HELM_ACTION_ROLLBACK })
  const ended = evolveAll(twice, { ...back, failures: 2 })
  expect(nextAction(ended, input)).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('no more retries after 2 failed attempts to upgrade'),
  })
})

test('an upgrade that is remediated by uninstalling goes on as an install', () => {
  const state = after(
    { action: HELM_ACTION_INSTALL },
    { action: HELM_ACTION_UPGRADE, outcome: HELM_OUTCOME_FAILED, apply: 2n, failures: 1 },
    { action: HELM_ACTION_UNINSTALL, apply: 2n, failures: 1 },
  )
  const upgrade = { ...LEAVE, remediateLast: true, by: 'uninstall' } as const
  expect(nextAction(state, asked({ ...next, upgrade }))).toMatchObject({
    action: HELM_ACTION_INSTALL,
  })
})

test('a failed upgrade that has nothing to go back to says so', () => {
  const state = after({ action: HELM_ACTION_UPGRADE, outcome: HELM_OUTCOME_FAILED, failures: 1 })
  expect(nextAction(state, asked({ upgrade: RETRYING }))).toEqual({
    kind: 'failed',
    message: 'it broke; there is no earlier release to go back to',
  })
})

test('failures of a request count for its retries, and for nothing that is asked for later', () => {
  const state = after({ action: HELM_ACTION_UPGRADE, outcome: HELM_OUTCOME_FAILED, failures: 1 })
  const retry = asked({ apply: 2n, cause: RolloutCause.ROLLOUT_CAUSE_RETRY, recorded: deployed })
  expect(failuresBefore(state, retry)).toBe(1)
  expect(nextAction(state, retry)).toMatchObject({ kind: 'failed' })
  expect(failuresBefore(state, asked(next))).toBe(0)
  const other = asked({ ...next, recorded: deployed })
  expect(nextAction(state, other)).toMatchObject({ action: HELM_ACTION_UPGRADE })
})

test('a removal uninstalls what is deployed, and is done where nothing ever was', () => {
  const removal = asked({ asked: 'removal', apply: 2n })
  expect(nextAction(noHelm, removal)).toEqual({ kind: 'applied' })
  expect(nextAction(installed, { ...removal, recorded: deployed })).toMatchObject({
    action: HELM_ACTION_UNINSTALL,
    bytes: 'deployed',
  })
})

function evolveAll(state: HelmState, { action, failures = 0, apply = 1n }: Done): HelmState {
  const place = { apply, attempt: 9, action, number: apply, revision: 9 }
  const started = evolveHelm(state, event('HelmActionStarted', place), 0)
  const outcome = HELM_OUTCOME_SUCCEEDED
  return evolveHelm(started, event('HelmActionFinished', { ...place, outcome, failures }), 0)
}
