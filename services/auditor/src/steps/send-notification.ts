import { chooseInput, derivedId, type ClusterInputRef } from '@tidemark/contracts'
import type { ProviderModel } from '@tidemark/flux'
import { OperatingError } from '@tidemark/kernel'
import { decodeValues, type SecretValues, type Surroundings } from '@tidemark/service'
import type { Ended, Pending } from '../domain/outbox.ts'
import type { Courier, Delivered } from '../ports.ts'
import type { FluxEvent } from './flux-event.ts'
import type { KnownObjects } from './known-objects.ts'
import { providerModel, providerOf } from './queue-notifications.ts'

const AGE_MS_MAX = 24 * 60 * 60 * 1000 // A receiver that is down for a day has missed it.

export interface SendDeps {
  readonly known: KnownObjects
  readonly courier: Courier
  readonly blobs: Surroundings['blobs']
  readonly nowMs: () => number
}

/** Tries once to send what is pending. Sending is idempotent only as far as the other side is: at least once. */
export async function sendNotification(
  deps: SendDeps,
  pending: Pending,
  signal: AbortSignal,
): Promise<Ended> {
  const delivered = await tryToSend(deps, pending, signal)
  switch (delivered.kind) {
    case 'sent':
      return delivered
    case 'refused':
      return { kind: 'given up', code: delivered.code, message: named(pending, delivered.message) }
    default: {
      const { code, message } = delivered
      const isOver = deps.nowMs() - Number(pending.queuedAtUs / 1000n) >= AGE_MS_MAX
      const kind = isOver ? 'given up' : 'failed'
      return { kind, code, message: named(pending, message) }
    }
  }
}

async function tryToSend(
  deps: SendDeps,
  { queued }: Pending,
  signal: AbortSignal,
): Promise<Delivered> {
  const { known, courier } = deps
  const { alertId, commit } = queued
  const { model, declared } = known.notifications.get(alertId) ?? {}
  if (declared?.object === undefined || model?.kind !== 'Alert')
    return { kind: 'refused', code: 'ALERT_WITHDRAWN', message: 'its Alert is declared no more' }
  // The one that it names now: whoever corrects the Alert need not wait for the old one.
  const providerId = providerOf(declared.object, model.alert)
  const provider = providerModel(known, providerId)
  if (provider === undefined)
    return { kind: 'unanswered', code: 'PROVIDER_MISSING', message: 'no such Provider is declared' }
  if (provider.suspend)
    return { kind: 'refused', code: 'PROVIDER_SUSPENDED', message: 'the Provider is suspended' }
  const { cluster } = declared.object
  const secrets = await openSecrets(deps, { provider, cluster }, signal)
  if (secrets.kind === 'unanswered') return secrets
  const { credentials, proxy, certificates } = secrets
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- We wrote it when it was queued.
  const event = JSON.parse(Buffer.from(queued.eventJson).toString('utf8')) as FluxEvent
  const status = statusName(event, providerId)
  return await courier.deliver(
    { event, provider, credentials, proxy, certificates, commit, status },
    signal,
  )
}

/**
 * `kustomization/shop/1a2b3c4d`: the status of an object on a commit. Flux takes the first eight digits of the Provider's
 * UID, which says which cluster it is; here it is made from the cluster, namespace and name of the Provider.
 */
function statusName({ involvedObject }: FluxEvent, providerId: string): string {
  const [digits = ''] = derivedId('provider', providerId).split('-')
  return `${involvedObject.kind}/${involvedObject.name}/${digits}`.toLowerCase()
}

type Secrets =
  | {
      readonly kind: 'open'
      readonly credentials: SecretValues | undefined
      readonly proxy: SecretValues | undefined
      readonly certificates: SecretValues | undefined
    }
  | Extract<Delivered, { kind: 'unanswered' }>

interface Opening {
  readonly provider: ProviderModel
  readonly cluster: string
}

/** The Secrets that a Provider names; one that is not known yet is waited for. */
async function openSecrets(
  { known, blobs }: SendDeps,
  { provider, cluster }: Opening,
  signal: AbortSignal,
): Promise<Secrets> {
  const open = async (name: string): Promise<SecretValues | string | undefined> => {
    if (name === '') return undefined
    const ref: ClusterInputRef = { cluster, kind: 'Secret', namespace: provider.namespace, name }
    const choice = chooseInput(known.inputs.get(ref))
    if (choice.kind === 'missing') return choice.message
    const blob = choice.kind === 'found' ? choice.blob : choice.set
    if (blob === undefined) return `Secret ${ref.namespace}/${name} is asked for`
    try {
      return decodeValues(await blobs.get(blob, signal))
    } catch (error) {
      if (signal.aborted || !(error instanceof OperatingError)) throw error
      return `Secret ${ref.namespace}/${name} cannot be read now`
    }
  }
  const names = [provider.secretName, provider.proxySecretName, provider.certSecretName]
  const opened = await Promise.all(names.map(open))
  const missing = opened.find((value) => typeof value === 'string')
  if (missing !== undefined) return { kind: 'unanswered', code: 'SECRET_MISSING', message: missing }
  const [credentials, proxy, certificates] = opened.filter((value) => typeof value !== 'string')
  return { kind: 'open', credentials, proxy, certificates }
}

/** Says which Provider: `cannot notify Provider flux-system/slack: it answers HTTP 500`. */
function named({ queued }: Pending, why: string): string {
  const [, namespace = '', , name = ''] = queued.providerId.split('_')
  return `cannot notify Provider ${namespace}/${name}: ${why}`
}
