import { addressOf, event, streams } from '@tidemark/contracts'
import type { Surroundings, TraceContext } from '@tidemark/service'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@tidemark/kernel'
import type { CaughtUp } from './caught-up.ts'
import type { ReadModel, SourceState } from '../projections/read-model.ts'
import { appendRequest, WEBHOOK } from '../steps/append-request.ts'

const QUIET_MS = 250 // Pushes of one source within this time are one: the fetcher looks for itself.

export interface PushDelivery {
  readonly body: Uint8Array
  /** `sha256=<hex>`: the HMAC of the body under the hook's secret. */
  readonly signature: string
  readonly deliveryId: string
  readonly trace: TraceContext | undefined
}

/** What is kept of who said it. */
export interface PushSaid extends Pick<PushDelivery, 'deliveryId' | 'trace'> {
  readonly provider: string
}

export type PushAnswer =
  | { readonly kind: 'accepted'; readonly sources: number }
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 404; readonly message: string }

export interface ReceivePushDeps {
  readonly model: ReadModel
  readonly caughtUp: CaughtUp
  readonly surroundings: Surroundings
  readonly secret: Secret<string>
}

/**
 * A webhook -> PushReceived for each source of that repository. The MAC is checked before the body is read
 * (RELIABILITY 2, T22); what is refused appends nothing (DECISIONS 7).
 */
export async function receivePush(
  { model, caughtUp, surroundings, secret }: ReceivePushDeps,
  pending: PendingPushes,
  delivery: PushDelivery,
): Promise<PushAnswer> {
  if (!isSigned(delivery, secret))
    return {
      kind: 'refused',
      status: 401,
      message: 'the signature does not hold; sign the body with the secret of the hook',
    }
  const urls = readUrls(delivery.body)
  if (urls.length === 0)
    return {
      kind: 'refused',
      status: 400,
      message:
        'the body names no repository: {"url": "https://..."}, or what GitHub and GitLab send',
    }
  await caughtUp.wait()
  const sources = [...model.sources.values()].filter((source) => isOf(source, urls))
  if (sources.length === 0)
    return {
      kind: 'refused',
      status: 404,
      message: `no source has the address ${urls.join(' or ')}`,
    }
  await Promise.all(
    sources.map((source) =>
      pending.coalesce(source.id, () =>
        appendPush(surroundings, source, { ...delivery, provider: 'generic' }),
      ),
    ),
  )
  return { kind: 'accepted', sources: sources.length }
}

/** Says that a source was pushed to. */
export async function appendPush(
  surroundings: Surroundings,
  { id, declared }: SourceState,
  { provider, deliveryId, trace }: PushSaid,
): Promise<void> {
  const requestId = `push/${id}/${deliveryId || surroundings.random.uuid()}`
  await appendRequest(surroundings, {
    caller: WEBHOOK,
    stream: streams.push(id),
    event: event('PushReceived', {
      sourceId: id,
      url: addressOf(declared),
      provider,
      deliveryId,
    }),
    project: declared?.project ?? '',
    cluster: '',
    requestId,
    trace,
  })
}

/** Makes many pushes of one source few: the first goes on at once, those behind it become one more. */
export class PendingPushes {
  readonly #surroundings: Surroundings
  readonly #waiting = new Map<string, Promise<void>>()
  readonly #quietUntil = new Map<string, number>()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  coalesce(sourceId: string, append: () => Promise<void>): Promise<void> {
    const { clock } = this.#surroundings
    const now = clock.monotonic()
    const waitMs = (this.#quietUntil.get(sourceId) ?? 0) - now
    if (waitMs <= 0) {
      this.#quietUntil.set(sourceId, now + QUIET_MS)
      return append()
    }
    const waiting = this.#waiting.get(sourceId)
    if (waiting !== undefined) return waiting
    const later = clock.sleep(waitMs).then(() => {
      this.#waiting.delete(sourceId)
      this.#quietUntil.set(sourceId, clock.monotonic() + QUIET_MS)
      return append()
    })
    this.#waiting.set(sourceId, later)
    return later
  }
}

function isSigned({ body, signature }: PushDelivery, secret: Secret<string>): boolean {
  const wanted = createHmac('sha256', secret.reveal()).update(body).digest()
  const given = Buffer.from(signature.replace(/^sha256=/u, ''), 'hex')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** The addresses that a delivery names: our own form, GitHub's, GitLab's and Gitea's. */
function readUrls(body: Uint8Array): readonly string[] {
  const parsed = parse(body)
  const repository = fieldOf(parsed, 'repository') ?? fieldOf(parsed, 'project')
  const names = ['url', 'clone_url', 'git_http_url', 'http_url', 'html_url', 'homepage', 'ssh_url']
  const found = [fieldOf(parsed, 'url'), ...names.map((name) => fieldOf(repository, name))]
  return found.filter((url): url is string => typeof url === 'string' && url !== '').map(plain)
}

function isOf({ declared, objects }: SourceState, urls: readonly string[]): boolean {
  return objects.length > 0 && urls.includes(plain(declared?.git?.url ?? ''))
}

/** Without credentials, a trailing slash, `.git` and case of the host: how one repository is spelled. */
function plain(url: string): string {
  return url
    .replace(/\/+$/u, '')
    .replace(/\.git$/u, '')
    .replace(/^(\w+:\/\/)[^/@]*@/u, '$1')
    .toLowerCase()
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}
