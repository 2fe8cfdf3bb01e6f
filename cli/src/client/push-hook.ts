import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'

const ANSWER_MS_MAX = 5_000

export interface PushHook {
  /** Where the plane takes webhooks. */
  readonly hooks: string
  readonly secret: string
  /** The repository that was pushed to. */
  readonly url: string
}

/** Tells the plane that a repository was pushed to, as a Git server would. Gives the status of the answer. */
export async function tellPush({ hooks, secret, url }: PushHook): Promise<number> {
  const body = JSON.stringify({ url })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const sent = request(hooks, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-signature': `sha256=${signature}` },
    timeout: ANSWER_MS_MAX,
  })
  sent.end(body)
  const answered: readonly unknown[] = await once(sent, 'response')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What node:http gives with this event.
  const response = answered[0] as IncomingMessage
  response.resume()
  return response.statusCode ?? 0
}
