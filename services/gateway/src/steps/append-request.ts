import { ActorKind, derivedId, type AnyEvent } from '@tidemark/contracts'
import {
  buildAppend,
  causeFrom,
  requestAccepted,
  type Surroundings,
  type TraceContext,
} from '@tidemark/service'

/** Who asks. */
export interface Caller {
  readonly kind: ActorKind
  readonly name: string
  readonly issuer: string
}

export interface Asked {
  readonly caller: Caller
  readonly stream: string
  readonly event: AnyEvent
  readonly project: string
  readonly cluster: string
  /** Makes a repeated call one request: the ledger knows its command by it. */
  readonly requestId: string
  /** The version of the stream that was read, where the request depends on what it holds. */
  readonly expected?: bigint | undefined
  readonly trace?: TraceContext | undefined
}

/**
 * Appends what somebody asks for, and gives its position. The same request id again appends nothing and gives
 * the same position; with another question under it, the ledger refuses it.
 */
export async function appendRequest(
  {
    store,
    build,
    crashPoints,
    clock,
    spans,
  }: Pick<Surroundings, 'store' | 'build' | 'crashPoints' | 'clock' | 'spans'>,
  { caller, stream, event, project, cluster, requestId, expected, trace }: Asked,
  signal?: AbortSignal,
): Promise<bigint> {
  const startMs = clock.now()
  const cause = causeFrom(`request/${requestId}`, trace)
  const request = buildAppend({
    writer: 'gateway',
    actor: caller,
    build,
    events: [{ cause, stream, event, project, cluster }],
    expected: new Map(expected === undefined ? [] : [[stream, expected]]),
    commandId: derivedId('command', 'request', stream, requestId),
  })
  crashPoints.at('gateway.decided')
  const { lastPosition } = await store.append(request, signal)
  crashPoints.at('gateway.recorded')
  requestAccepted(spans, { cause, name: event.type }, { startMs, endMs: clock.now() })
  return lastPosition
}

/** The gateway itself, where a webhook asks. */
export const WEBHOOK: Caller = {
  kind: ActorKind.ACTOR_KIND_WEBHOOK,
  name: 'webhook',
  issuer: '',
}
