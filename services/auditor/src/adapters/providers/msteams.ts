import type { FluxEvent } from '../../steps/flux-event.ts'
import type { Parcel } from '../../ports.ts'
import { requireGood, type Exchange } from './exchange.ts'
import { goJson } from './go-json.ts'
import type { ProviderAccess } from './provider-secret.ts'
import { objectName } from './slack.ts'

const OLD_CONNECTOR = '.webhook.office.com'

/** A card of Microsoft Teams: an adaptive one, or the old one for the address of an old connector. */
export async function sendTeams(
  { event }: Parcel,
  { address }: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const isOld = URL.canParse(address) && new URL(address).hostname.endsWith(OLD_CONNECTOR)
  const answer = await exchange({
    url: address,
    headers: { 'content-type': 'application/json' },
    body: goJson(isOld ? messageCard(event) : adaptiveCard(event)),
  })
  requireGood(answer)
}

function messageCard(event: FluxEvent): object {
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: event.severity === 'error' ? 'FF0000' : '0076D7',
    summary: objectName(event),
    sections: [
      {
        activityTitle: event.message,
        activitySubtitle: objectName(event),
        facts: Object.entries(event.metadata ?? {}).map(([name, value]) => ({ name, value })),
      },
    ],
  }
}

function adaptiveCard(event: FluxEvent): object {
  const title = { type: 'TextBlock', text: objectName(event), size: 'large', weight: 'bolder' }
  const color = event.severity === 'error' ? { color: 'attention' } : {}
  const facts = factsOf(event)
  const items = [
    { ...title, wrap: true },
    {
      type: 'TextBlock',
      ...(event.message === '' ? {} : { text: event.message }),
      ...color,
      wrap: true,
    },
    { type: 'FactSet', ...(facts.length === 0 ? {} : { facts }) },
  ]
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ type: 'Container', items }],
    msteams: { width: 'Full' },
  }
  const contentType = 'application/vnd.microsoft.card.adaptive'
  return { type: 'message', attachments: [{ contentType, content }] }
}

/** The summary first. */
function factsOf({ metadata = {} }: FluxEvent): readonly { title: string; value: string }[] {
  const facts = Object.entries(metadata).map(([title, value]) => ({ title, value }))
  const rest = facts.filter(({ title }) => title !== 'summary')
  return [...facts.filter(({ title }) => title === 'summary'), ...rest]
}
