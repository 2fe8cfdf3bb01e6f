import type { IncomingHttpHeaders } from 'node:http'

/** What a sender delivered. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * What a delivery comes to. `forged` is answered with one text, whatever was wrong: who has no token learns nothing from it.
 * Behind that the sender is known, and is told what was wrong.
 */
export type Verdict =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'unfit'; readonly message: string }
  /** The Secret of the Receiver lacks something; it is said in the log and by `tidemark get receivers`. */
  | { readonly kind: 'unready'; readonly message: string }

export const GENUINE: Verdict = { kind: 'genuine' }
export const FORGED: Verdict = { kind: 'forged' }

/** The first value of a header; empty where it is missing. */
export function headerOf({ headers }: Delivery, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

/** The body as JSON, or `undefined`. Only for a sender that is known by now. */
export function jsonOf({ body }: Delivery): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
