import { request, type RequestOptions } from 'node:https'
import { request as plainRequest } from 'node:http'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeCertificates } from '../rig/components/certificates.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { openMemoryWorld, startMemoryPlane } from '../rig/plane/memory-plane.ts'

/** The status of a webhook, or what kept it from being answered. */
function post(url: string, options: RequestOptions): Promise<number | string> {
  const send = url.startsWith('https:') ? request : plainRequest
  return new Promise((resolve) => {
    const sent = send(url, { ...options, method: 'POST' }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end('{}')
  })
}

describeWith(['openssl'], 'webhooks by TLS', () => {
  test('are answered under the certificate of the gateway, and in clear not at all', async () => {
    using certificates = await makeCertificates()
    const { caFile, server } = certificates
    await using world = await openMemoryWorld([])
    const hookTls = {
      certificate: readFileSync(server.certFile, 'utf8'),
      key: readFileSync(server.keyFile, 'utf8'),
    }
    await using plane = await startMemoryPlane(world, 'from-cursor', hookTls)
    const port = plane.gateway.hookPort
    const url = `https://localhost:${port}/hooks/git`
    expect(await post(url, { ca: readFileSync(caFile) })).toBe(401)
    expect(await post(url, {})).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(await post(`http://localhost:${port}/hooks/git`, {})).toBe('ECONNRESET')
  })
})
