import { isRecord } from '@tidemark/flux'
import type { FluxEvent } from '../../steps/flux-event.ts'
import type { Parcel } from '../../ports.ts'
import { ProviderRefused, requireGood, type Exchange } from './exchange.ts'
import { goJson } from './go-json.ts'
import type { ProviderAccess } from './provider-secret.ts'

const SLACK_API = 'https://slack.com/api/chat.postMessage'

interface Attachment {
  readonly fallback: string
  readonly color: string
  readonly author_name: string
  readonly text: string
  readonly mrkdwn_in: readonly string[]
  readonly fields: readonly { title: string; value: string; short: boolean }[]
}

/** A message of Slack, by an incoming webhook or by `chat.postMessage` with a token. */
export async function sendSlack(
  { event, provider }: Parcel,
  { address, token, username }: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const name = objectName(event)
  const fallback = `${name}: ${event.message.split('\n')[0] ?? ''}`
  const { channel } = provider
  const answer = await exchange({
    url: address,
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: slackBody(event, { username, channel, fallback }),
  })
  const body = requireGood(answer)
  if (address === SLACK_API) requireOk(body)
}

/** Discord takes Slack's messages at `/slack`. */
export async function sendDiscord(
  { event }: Parcel,
  { address, username }: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const answer = await exchange({
    url: slackPath(address),
    headers: { 'content-type': 'application/json' },
    body: slackBody(event, { username, channel: '', fallback: '' }),
  })
  requireGood(answer)
}

interface SlackParts {
  readonly username: string
  readonly channel: string
  readonly fallback: string
}

function slackBody(event: FluxEvent, { username, channel, fallback }: SlackParts): string {
  const attachment: Attachment = {
    fallback,
    color: event.severity === 'error' ? 'danger' : 'good',
    author_name: objectName(event),
    text: event.message,
    mrkdwn_in: ['text'],
    fields: Object.entries(event.metadata ?? {}).map(([title, value]) => ({
      title,
      value,
      short: false,
    })),
  }
  return goJson({
    channel,
    username: username || event.reportingController,
    icon_url: '',
    icon_emoji: '',
    attachments: [attachment],
  })
}

/** `kustomization/shop.flux-system`. */
export function objectName({ involvedObject: { kind, name, namespace } }: FluxEvent): string {
  return `${kind.toLowerCase()}/${name}.${namespace}`
}

function slackPath(address: string): string {
  if (address.endsWith('/slack') || !URL.canParse(address)) return address
  const url = new URL(address)
  url.pathname = `${url.pathname.replace(/\/+$/u, '')}/slack`
  return url.href
}

/** Slack's API says 200 to everything. */
function requireOk(body: string): void {
  const answer = parse(body)
  if (isRecord(answer) && answer['ok'] === true) return
  const why = isRecord(answer) && typeof answer['error'] === 'string' ? answer['error'] : ''
  const code = /^[a-z_]{1,60}$/u.test(why) ? why : 'no answer of Slack'
  throw new ProviderRefused('PROVIDER_REFUSED', `Slack does not take it: ${code}`)
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
