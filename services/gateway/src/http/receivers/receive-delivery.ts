import { applicationId, event, streams, type ObjectRef } from '@tidemark/contracts'
import { isMeant, isRecord, labelsOf, type ObjectReferenceModel } from '@tidemark/flux'
import type { Surroundings, TraceContext } from '@tidemark/service'
import { appendRequest, WEBHOOK } from '../../steps/append-request.ts'
import type { ApplicationState } from '../../projections/application-state.ts'
import type { ReadModel, SourceState } from '../../projections/read-model.ts'
import { appendPush, type PendingPushes } from '../receive-push.ts'
import type { Delivery, Verdict } from './delivery.ts'
import { judgeDelivery } from './judge-delivery.ts'
import type { ReadyReceiver } from './open-receivers.ts'

export interface ReceiveDeliveryDeps {
  readonly model: ReadModel
  readonly surroundings: Surroundings
  readonly pending: PendingPushes
}

export interface DeliveryAnswer {
  readonly status: 200 | 400 | 401 | 503
  readonly message: string
}

/**
 * A delivery to Receivers -> PushReceived for each source that they name, ReconcileRequested for each application. What is
 * refused appends nothing.
 */
export async function receiveDelivery(
  deps: ReceiveDeliveryDeps,
  found: readonly ReadyReceiver[],
  { delivery, trace }: { readonly delivery: Delivery; readonly trace: TraceContext | undefined },
): Promise<DeliveryAnswer> {
  const { log, clock } = deps.surroundings
  const answers: DeliveryAnswer[] = []
  for (const receiver of found) {
    const verdict: Verdict = receiver.model.suspend
      ? SUSPENDED
      : judgeDelivery(receiver, delivery, clock.now())
    const id = applicationId(receiver.object)
    if (verdict.kind === 'genuine') answers.push(await poke(deps, receiver, trace))
    else {
      log.warn('a delivery was refused', { receiver: id, verdict: verdict.kind })
      answers.push(refusal(verdict))
    }
  }
  return answers.find(({ status }) => status === 200) ?? answers[0] ?? FORGED_ANSWER
}

const SUSPENDED: Verdict = { kind: 'unready', message: 'it is suspended' }
const FORGED_ANSWER: DeliveryAnswer = { status: 401, message: 'the delivery is not accepted' }

function refusal(verdict: Exclude<Verdict, { kind: 'genuine' }>): DeliveryAnswer {
  switch (verdict.kind) {
    case 'forged':
      return FORGED_ANSWER
    case 'unfit':
      return { status: 400, message: verdict.message }
    default:
      return { status: 503, message: 'this Receiver takes nothing now' }
  }
}

async function poke(
  deps: ReceiveDeliveryDeps,
  receiver: ReadyReceiver,
  trace: TraceContext | undefined,
): Promise<DeliveryAnswer> {
  const { resources } = receiver.model
  const pokes = new Map(
    resources.flatMap((resource) => pokesOf(deps, receiver, { resource, trace })),
  )
  await Promise.all([...pokes].map(([id, append]) => deps.pending.coalesce(id, append)))
  return { status: 200, message: `${pokes.size} poked` }
}

type Poke = readonly [id: string, append: () => Promise<void>]

interface Poking {
  readonly resource: ObjectReferenceModel
  readonly trace: TraceContext | undefined
}

function pokesOf(
  { model, surroundings }: ReceiveDeliveryDeps,
  receiver: ReadyReceiver,
  { resource, trace }: Poking,
): readonly Poke[] {
  const { cluster } = receiver.object
  if (resource.kind === 'Kustomization' || resource.kind === 'HelmRelease')
    return model
      .present()
      .filter((state) => state.object?.cluster === cluster && isMeant(resource, referable(state)))
      .map(({ id, project }) => [
        id,
        () => appendReconcile(surroundings, { id, project, receiver, trace }),
      ])
  return [...model.sources.values()]
    .filter((source) =>
      source.objects.some(
        (object) => object.cluster === cluster && isSourceMeant(resource, source, object),
      ),
    )
    .map((source) => [
      source.id,
      () =>
        appendPush(surroundings, source, { provider: receiver.model.type, deliveryId: '', trace }),
    ])
}

function referable({ object, objectJson }: ApplicationState): Parameters<typeof isMeant>[1] {
  const { kind = '', namespace = '', name = '' } = object ?? {}
  const json: unknown =
    objectJson.length === 0 ? {} : JSON.parse(Buffer.from(objectJson).toString('utf8'))
  return { kind, namespace, name, labels: labelsOf(isRecord(json) ? json : {}) }
}

function isSourceMeant(
  resource: ObjectReferenceModel,
  { labels }: SourceState,
  object: ObjectRef,
): boolean {
  const own = labels.get(applicationId(object)) ?? []
  return isMeant(resource, {
    ...object,
    labels: new Map(own.map(({ key, value }) => [key, value])),
  })
}

interface Reconciling {
  readonly id: string
  readonly project: string
  readonly receiver: ReadyReceiver
  readonly trace: TraceContext | undefined
}

async function appendReconcile(
  surroundings: Surroundings,
  { id, project, receiver, trace }: Reconciling,
): Promise<void> {
  const requestId = surroundings.random.uuid()
  const { namespace, name } = receiver.model
  const reason = `a delivery to Receiver ${namespace}/${name}`
  await appendRequest(surroundings, {
    caller: WEBHOOK,
    stream: streams.request(id),
    event: event('ReconcileRequested', { requestId, applicationId: id, reason }),
    project,
    cluster: receiver.object.cluster,
    requestId,
    trace,
  })
}
