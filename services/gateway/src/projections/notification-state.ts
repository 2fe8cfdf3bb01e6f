import type { NotificationFailed, NotificationObjectDeclared, Recorded } from '@tidemark/contracts'

/** A Receiver, Provider or Alert as the gateway knows it. Plain data: it is digested, and must fold the same again. */
export interface NotificationState {
  readonly id: string
  declared: NotificationObjectDeclared | undefined
  /** Of an Alert, and the same sums for its Provider. */
  queued: bigint
  sent: bigint
  failed: bigint
  sentAtUs: bigint
  /** What went wrong last, until something is sent again. */
  failing: NotificationFailed | undefined
}

/** One of which nothing is known yet. */
export function emptyNotification(id: string): NotificationState {
  return {
    id,
    declared: undefined,
    queued: 0n,
    sent: 0n,
    failed: 0n,
    sentAtUs: 0n,
    failing: undefined,
  }
}

/** Folds what is declared, and what was queued, sent and failed. */
export function foldNotification(
  stateOf: (id: string) => NotificationState,
  { event: { type, value }, stored }: Recorded,
): void {
  switch (type) {
    case 'NotificationObjectDeclared':
      stateOf(value.objectId).declared = value
      break
    case 'NotificationObjectWithdrawn':
      stateOf(value.objectId).declared = undefined
      break
    case 'NotificationQueued':
      for (const id of [value.alertId, value.providerId]) stateOf(id).queued += 1n
      break
    case 'NotificationSent':
      for (const id of [value.alertId, value.providerId]) {
        const state = stateOf(id)
        state.sent += 1n
        state.sentAtUs = stored.atUs
        state.failing = undefined
      }
      break
    case 'NotificationFailed':
      for (const id of [value.alertId, value.providerId]) {
        const state = stateOf(id)
        state.failing = value
        if (value.final) state.failed += 1n
      }
      break
    default:
      break
  }
}
