import { isRecord, type ReceiverModel, type ReceiverType } from '@tidemark/flux'
import type { SecretValues } from '@tidemark/service'
import { FORGED, GENUINE, headerOf, jsonOf, type Delivery, type Verdict } from './delivery.ts'
import { isGoogleToken } from './google-token.ts'
import { isHmac, isSameText, isSigned } from './signatures.ts'

/** A Receiver with what its Secret holds. */
export interface OpenReceiver {
  readonly model: ReceiverModel
  readonly values: SecretValues
}

interface Judging {
  readonly delivery: Delivery
  readonly token: string
  readonly values: SecretValues
  readonly nowMs: number
}

/** Whether a delivery is from whom the Receiver waits for: first the MAC or token, then the body, then the event. */
export function judgeDelivery(
  { model, values }: OpenReceiver,
  delivery: Delivery,
  nowMs: number,
): Verdict {
  const token = valueOf(values, 'token')
  if (token === '') return { kind: 'unready', message: 'its Secret has no key token' }
  const verdict = JUDGES[model.type]({ delivery, token, values, nowMs })
  return verdict.kind === 'genuine' ? judgeEvent(model, delivery) : verdict
}

/** Types whose address is their secret: nothing else shows who sends. */
const byAddress = ({ delivery }: Judging, fits: (json: unknown) => boolean): Verdict =>
  fits(jsonOf(delivery)) ? GENUINE : UNFIT

const JUDGES: Readonly<Record<ReceiverType, (judging: Judging) => Verdict>> = {
  generic: () => GENUINE,
  'generic-hmac': ({ delivery, token }) =>
    known(isSigned(delivery.body, headerOf(delivery, 'x-signature'), token)),
  github: judgeHub,
  bitbucket: judgeHub,
  gitlab: ({ delivery, token }) => known(isSameText(headerOf(delivery, 'x-gitlab-token'), token)),
  harbor: ({ delivery, token }) => known(isSameText(headerOf(delivery, 'authorization'), token)),
  dockerhub: (judging) => byAddress(judging, (json) => isObjectWith(json, 'push_data', 'tag')),
  quay: (judging) =>
    byAddress(judging, (json) => isRecord(json) && isTextOrNone(json['docker_url'])),
  acr: (judging) => byAddress(judging, (json) => isObjectWith(json, 'target', 'repository')),
  cdevents: (judging) => byAddress(judging, isCloudDeliveryEvent),
  nexus: ({ delivery, token }) => {
    const hex = headerOf(delivery, 'x-nexus-webhook-signature')
    if (!isHmac(delivery.body, { algorithm: 'sha1', hex, key: token })) return FORGED
    return isRecord(jsonOf(delivery)) ? GENUINE : UNFIT
  },
  gcr: judgeGoogle,
}

const UNFIT: Verdict = {
  kind: 'unfit',
  message: 'the body is not what this type of Receiver takes; look at spec.type',
}

function known(isKnown: boolean): Verdict {
  return isKnown ? GENUINE : FORGED
}

/** GitHub, and Bitbucket Server in its way. */
function judgeHub({ delivery, token }: Judging): Verdict {
  const signature =
    headerOf(delivery, 'x-hub-signature-256') || headerOf(delivery, 'x-hub-signature')
  if (!isSigned(delivery.body, signature, token)) return FORGED
  const type = headerOf(delivery, 'content-type').split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json' || type === 'application/x-www-form-urlencoded') return GENUINE
  return { kind: 'unfit', message: 'the Content-Type must be application/json' }
}

function judgeGoogle({ delivery, values, nowMs }: Judging): Verdict {
  const rules = {
    email: valueOf(values, 'email'),
    audience: valueOf(values, 'audience'),
    keys: valueOf(values, 'jwks'),
    nowMs,
  }
  const missing = (['email', 'audience', 'keys'] as const).find((key) => rules[key] === '')
  if (missing !== undefined) return { kind: 'unready', message: GOOGLE_NEEDS }
  if (!isGoogleToken(headerOf(delivery, 'authorization'), rules)) return FORGED
  const json = jsonOf(delivery)
  const message = isRecord(json) && isRecord(json['message']) ? json['message'] : {}
  const { data } = message
  const body = Buffer.from(typeof data === 'string' ? data : '', 'base64')
  return isRecord(jsonOf({ ...delivery, body })) ? GENUINE : UNFIT
}

/** The gateway asks nobody while it answers, so Google's keys are in the Secret. */
export const GOOGLE_NEEDS =
  'a Receiver of type gcr needs email, audience and jwks in its Secret; jwks is the JSON of https://www.googleapis.com/oauth2/v3/certs'

const EVENT_HEADERS: Partial<Record<ReceiverType, string>> = {
  github: 'x-github-event',
  gitlab: 'x-gitlab-event',
  bitbucket: 'x-event-key',
  cdevents: 'ce-type',
}

/** `spec.events` holds for the senders that say what happened. */
function judgeEvent({ type, events }: ReceiverModel, delivery: Delivery): Verdict {
  const header = EVENT_HEADERS[type]
  if (header === undefined || events.length === 0) return GENUINE
  const event = headerOf(delivery, header)
  if (events.some((listed) => listed.toLowerCase() === event.toLowerCase())) return GENUINE
  return { kind: 'unfit', message: `the event ${JSON.stringify(event)} is not in spec.events` }
}

/** The parts of a CDEvent that every one of them has (CDEvents 0.4). */
function isCloudDeliveryEvent(json: unknown): boolean {
  if (!isRecord(json) || !isRecord(json['context']) || !isRecord(json['subject'])) return false
  const { context, subject } = json
  const texts = [context['version'], context['id'], context['source'], subject['id']]
  if (!texts.every((text) => typeof text === 'string' && text !== '')) return false
  if (Number.isNaN(Date.parse(String(context['timestamp'])))) return false
  return /^dev\.cdevents\.[a-z]+\.[a-z]+\.\d+\.\d+\.\d+/u.test(String(context['type']))
}

/** What decodes, as Go reads it: an object whose field is a text where it is there. */
function isObjectWith(json: unknown, object: string, field: string): boolean {
  if (!isRecord(json)) return false
  const inner = json[object] ?? {}
  return isRecord(inner) && isTextOrNone(inner[field])
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

/** A text of a Secret; empty where it is missing. */
export function valueOf(values: SecretValues, key: string): string {
  return Buffer.from(values.reveal().get(key) ?? []).toString('utf8')
}
