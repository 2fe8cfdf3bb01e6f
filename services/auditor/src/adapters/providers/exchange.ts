/** One request to the other side. */
export interface Outgoing {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** A body makes it a POST. */
  readonly body?: string
}

/** What it answered; the body is cut. */
export interface Answered {
  readonly status: number
  readonly body: string
}

/** Sends requests of one delivery. Throws where there is no answer. */
export type Exchange = (outgoing: Outgoing) => Promise<Answered>

/** The other side said no. */
export class ProviderRefused extends Error {
  override readonly name: string = 'ProviderRefused'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The other side cannot take it now. */
export class ProviderBusy extends Error {
  override readonly name: string = 'ProviderBusy'
}

/** Takes 2xx; 408, 425, 429 and 5xx are asked again, everything else is a no. */
export function requireGood({ status, body }: Answered): string {
  if (status >= 200 && status < 300) return body
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new ProviderBusy(`it answers HTTP ${status}`)
  throw new ProviderRefused('PROVIDER_REFUSED', `it answers HTTP ${status}; ${cureOf(status)}`)
}

function cureOf(status: number): string {
  if (status === 401 || status === 403) return 'check the token in the Secret, and what it may do'
  if (status === 404) return 'check spec.address, and that the token sees what is there'
  return 'check spec.address and spec.type'
}
