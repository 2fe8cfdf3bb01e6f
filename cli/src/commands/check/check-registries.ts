import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Finding } from '../../client/findings.ts'

const ANSWER_MS_MAX = 5_000
const AT_ONCE = 8
const DOCKER_HUB = 'docker.io'

/** Whether the registries that images come from can be reached from here. A node may see it otherwise. */
export async function checkImages(images: readonly string[]): Promise<readonly Finding[]> {
  const registries = [...new Set(images.map(registryOf))].toSorted()
  const findings: Finding[] = []
  for (let from = 0; from < registries.length; from += AT_ONCE) {
    const some = registries.slice(from, from + AT_ONCE)
    const looks = some.map((registry) =>
      checkRegistry(
        registry,
        images.filter((image) => registryOf(image) === registry),
      ),
    )
    findings.push(...(await Promise.all(looks)))
  }
  return findings
}

/** The host that an image is pulled from, as container runtimes read it. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const isHost = rest.length > 0 && (/[.:]/u.test(first) || first === 'localhost')
  return isHost ? first : DOCKER_HUB
}

async function checkRegistry(registry: string, images: readonly string[]): Promise<Finding> {
  const used = `${images.length === 1 ? '1 image is' : `${images.length} images are`} pulled from ${registry}`
  try {
    const code = await askRegistry(registry)
    // 401 is how a registry asks for a sign-in, which a pull has.
    const isThere = code === 200 || code === 401
    return isThere
      ? { check: 'registry', result: 'ok', message: `${used}, which answers` }
      : { check: 'registry', result: 'warn', message: `${used}, which answers with ${code}` }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      check: 'registry',
      result: 'bad',
      message: `${used}, which cannot be reached from here: ${why}`,
      hint: `look at the network and its proxy, or name a mirror; it is needed for ${images[0] ?? ''}`,
    }
  }
}

async function askRegistry(registry: string): Promise<number> {
  const host = registry === DOCKER_HUB ? 'registry-1.docker.io' : registry
  const isLocal = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/u.test(host)
  const send = isLocal ? httpRequest : httpsRequest
  const sent = send(`${isLocal ? 'http' : 'https'}://${host}/v2/`, { timeout: ANSWER_MS_MAX })
  sent.on('timeout', () => {
    sent.destroy(new Error(`no answer in ${ANSWER_MS_MAX / 1000} s`))
  })
  sent.end()
  const answered: readonly unknown[] = await once(sent, 'response')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What node:http gives with this event.
  const response = answered[0] as IncomingMessage
  response.resume()
  return response.statusCode ?? 0
}
