// A bucket that speaks as much of S3 as is asked of it, and checks each signature with a computation of its own.
import { createHmac, hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { reply, startWebServer, type WebServer } from './web-server.ts'

export interface BucketRig extends AsyncDisposable {
  readonly server: WebServer
  readonly objects: Map<string, string>
}

export interface BucketLogin {
  readonly accesskey: string
  readonly secretkey: string
}

export async function startBucket(
  name: string,
  { login, perPage = 1_000 }: { readonly login?: BucketLogin; readonly perPage?: number } = {},
): Promise<BucketRig> {
  const objects = new Map<string, string>()
  const server = await startWebServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://bucket')
    if (login !== undefined && !isSigned(request, url, login))
      return reply(response, 403, '<Error><Code>SignatureDoesNotMatch</Code></Error>')
    const [, bucket = '', ...path] = url.pathname.split('/')
    if (bucket !== name) return reply(response, 404, '<Error><Code>NoSuchBucket</Code></Error>')
    const key = decodeURIComponent(path.join('/'))
    if (key === '') return reply(response, 200, listing(url.searchParams))
    const object = objects.get(key)
    return object === undefined ? reply(response, 404) : reply(response, 200, object)
  })
  const listing = (asked: URLSearchParams): string => {
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(asked.get('prefix') ?? ''))
      .toSorted()
    const rest = keys.filter((key) => key > (asked.get('continuation-token') ?? ''))
    const page = rest.slice(0, perPage)
    const contents = page.map((key) => {
      const text = objects.get(key) ?? ''
      const etag = `&quot;${hash('md5', text)}&quot;`
      return `<Contents><Key>${encodeURIComponent(key)}</Key><ETag>${etag}</ETag><Size>${text.length}</Size></Contents>`
    })
    const more = page.length < rest.length
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`
  }
  return { server, objects, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

function isSigned({ headers }: IncomingMessage, url: URL, login: BucketLogin): boolean {
  const given = headers.authorization ?? ''
  const [, key, day = '', region = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/u.exec(
      given,
    ) ?? []
  if (key !== login.accesskey) return false
  const shown = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const query = url.search.slice(1).split('&').toSorted().join('&')
  const payload = String(headers['x-amz-content-sha256'])
  const canonical = `GET\n${url.pathname}\n${query}\n${shown.join('')}\n${names}\n${payload}`
  const scope = `${day}/${region}/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${scope}\n${hash('sha256', canonical)}`
  const signing = mac(mac(mac(mac(`AWS4${login.secretkey}`, day), region), 's3'), 'aws4_request')
  return signature === createHmac('sha256', signing).update(text).digest('hex')
}

function mac(secret: string | Uint8Array, data: string): Uint8Array {
  return createHmac('sha256', secret).update(data).digest()
}
