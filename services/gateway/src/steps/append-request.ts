import { ActorKind, Metadata, type AnyEvent } from '@tidemark/contracts'
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
  /** Makes a repeated call one request. */
  readonly requestId: string
  readonly trace?: TraceContext | undefined
}

/** Appends what somebody asks for, and gives its position. The same request id again changes nothing. */
export async function appendRequest(
  {
    store,
    build,
    crashPoints,
    clock,
    spans,
  }: Pick<Surroundings, 'store' | 'build' | 'crashPoints' | 'clock' | 'spans'>,
  { caller, stream, event, project, cluster, requestId, trace }: Asked,
  signal?: AbortSignal,
): Promise<bigint> {
  const startMs = clock.now()
  const past = await store.readStream(stream, 0n, signal)
  const cause = causeFrom(`request/${requestId}`, trace)
  const known = past.find(({ meta }) => Metadata.decode(meta).correlationId === cause.correlationId)
  if (known !== undefined) return known.position
  const request = buildAppend({
    writer: 'gateway',
    actor: caller,
    build,
    events: [{ cause, stream, event, project, cluster }],
    expected: new Map([[stream, past.at(-1)?.version ?? 0n]]),
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
