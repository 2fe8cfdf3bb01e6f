import {
  applicationId,
  chooseInput,
  type ClusterInputRef,
  type NotificationObjectDeclared,
  type ObjectRef,
} from '@tidemark/contracts'
import { readNotification, type ReceiverModel } from '@tidemark/flux'
import { decodeValues, type SecretValues, type Surroundings } from '@tidemark/service'
import { createHash } from 'node:crypto'
import type { NotificationState } from '../../projections/notification-state.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import { GOOGLE_NEEDS, valueOf, type OpenReceiver } from './judge-delivery.ts'

/** Where deliveries of Flux's Receivers come in. */
export const HOOK_PATH = '/hook/'

/** A Receiver that deliveries can come to. */
export interface ReadyReceiver extends OpenReceiver {
  readonly object: ObjectRef
  readonly project: string
  readonly path: string
}

/** A Receiver that is declared: with its path, or why it has none yet. */
export type ReceiverState =
  | { readonly kind: 'ready'; readonly receiver: ReadyReceiver }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }

interface Kept {
  readonly generation: bigint
  readonly blob: string
  readonly state: ReceiverState
}

/** Receivers by the paths that follow from their tokens. What was opened once is kept until it, or its Secret, changes. */
export class OpenReceivers {
  readonly #model: ReadModel
  readonly #blobs: Surroundings['blobs']
  readonly #kept = new Map<string, Kept>()

  constructor(model: ReadModel, blobs: Surroundings['blobs']) {
    this.#model = model
    this.#blobs = blobs
  }

  /** Those that a path is for: more than one where the same object is on several clusters, with the same token. */
  async at(path: string): Promise<readonly ReadyReceiver[]> {
    const found: ReadyReceiver[] = []
    for (const notification of this.#model.notifications.values()) {
      const state = await this.stateOf(notification)
      if (state?.kind === 'ready' && state.receiver.path === path) found.push(state.receiver)
    }
    return found
  }

  /** `undefined` for what is no Receiver, or is declared no more. */
  async stateOf({ id, declared }: NotificationState): Promise<ReceiverState | undefined> {
    if (declared?.object?.kind !== 'Receiver') {
      this.#kept.delete(id)
      return undefined
    }
    const { object, generation, project } = declared
    const receiver = modelOf(declared)
    if (receiver === undefined) return undefined
    const choice = chooseInput(this.#model.inputs.get(secretOf(object, receiver)))
    const blob = choice.kind === 'found' ? choice.blob : choice.kind === 'pending' ? choice.set : ''
    if (blob === undefined || blob === '')
      return choice.kind === 'missing'
        ? { kind: 'waiting', reason: 'SecretMissing', message: choice.message }
        : {
            kind: 'waiting',
            reason: 'SecretPending',
            message: 'its cluster is asked for its Secret',
          }
    const kept = this.#kept.get(id)
    if (kept?.generation === generation && kept.blob === blob) return kept.state
    const values = decodeValues(await this.#blobs.get(blob))
    const state = open({ model: receiver, values, object, project })
    this.#kept.set(id, { generation, blob, state })
    return state
  }
}

const models = new WeakMap<NotificationObjectDeclared, ReceiverModel>()

/** The declaration of a Receiver, read. It was checked before it was declared. */
function modelOf(declared: NotificationObjectDeclared): ReceiverModel | undefined {
  const known = models.get(declared)
  if (known !== undefined) return known
  const read = readNotification(JSON.parse(Buffer.from(declared.objectJson).toString('utf8')))
  if (read?.kind !== 'read' || read.model.kind !== 'Receiver') return undefined
  models.set(declared, read.model.receiver)
  return read.model.receiver
}

function secretOf(
  { cluster }: ObjectRef,
  { namespace, secretName }: ReceiverModel,
): ClusterInputRef {
  return { cluster, kind: 'Secret', namespace, name: secretName }
}

interface Opening {
  readonly model: ReceiverModel
  readonly values: SecretValues
  readonly object: ObjectRef
  readonly project: string
}

function open({ model, values, object, project }: Opening): ReceiverState {
  const token = valueOf(values, 'token')
  if (token === '')
    return { kind: 'waiting', reason: 'TokenMissing', message: noToken(model, object) }
  const lacks = ['email', 'audience', 'jwks'].some((key) => valueOf(values, key) === '')
  if (model.type === 'gcr' && lacks)
    return { kind: 'waiting', reason: 'SecretIncomplete', message: GOOGLE_NEEDS }
  const path = hookPath({ token, name: model.name, namespace: model.namespace })
  return { kind: 'ready', receiver: { model, values, object, project, path } }
}

function noToken({ namespace, secretName }: ReceiverModel, object: ObjectRef): string {
  return `Secret ${namespace}/${secretName} has no key token: ${applicationId(object)} can tell no sender by it`
}

/** `/hook/` and the SHA-256 of token, name and namespace: as Flux computes it, so that a registered hook stays as it is. */
function hookPath({
  token,
  name,
  namespace,
}: {
  readonly token: string
  readonly name: string
  readonly namespace: string
}): string {
  return `${HOOK_PATH}${createHash('sha256').update(`${token}${name}${namespace}`).digest('hex')}`
}
