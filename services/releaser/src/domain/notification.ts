import type { AnyEvent, NotificationObjectDeclared } from '@tidemark/contracts'

/** A Receiver, Provider or Alert, as the releaser knows it. */
export interface NotificationObject {
  readonly id: string
  /** `undefined` after it was withdrawn. */
  readonly declared: NotificationObjectDeclared | undefined
  /** Of the newest declaration; they go on where it comes back. */
  readonly generation: bigint
}

/** Folds an event of the object into what is known of it. */
export function evolveNotification(
  known: NotificationObject | undefined,
  { type, value }: AnyEvent,
): NotificationObject | undefined {
  switch (type) {
    case 'NotificationObjectDeclared':
      return { id: value.objectId, declared: value, generation: value.generation }
    case 'NotificationObjectWithdrawn':
      return known === undefined ? undefined : { ...known, declared: undefined }
    default:
      return known
  }
}
