import { createHmac } from 'node:crypto'
import type { Parcel } from '../../ports.ts'
import { ProviderRefused, requireGood, type Exchange } from './exchange.ts'
import { goJson } from './go-json.ts'
import type { ProviderAccess } from './provider-secret.ts'

/** The whole event as JSON; with `generic-hmac` signed by the token, over exactly these bytes. */
export async function sendGeneric(
  { event, provider }: Parcel,
  { address, token, headers }: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const body = goJson(event)
  const isSigned = provider.type === 'generic-hmac'
  if (isSigned && token === '')
    throw new ProviderRefused('PROVIDER_SECRET', 'its Secret has no key token to sign with')
  const answer = await exchange({
    url: address,
    headers: {
      'content-type': 'application/json',
      'gotk-component': event.reportingController,
      ...headers,
      ...(isSigned ? { 'x-signature': `sha256=${sign(body, token)}` } : {}),
    },
    body,
  })
  requireGood(answer)
}

function sign(body: string, token: string): string {
  return createHmac('sha256', token).update(body).digest('hex')
}
