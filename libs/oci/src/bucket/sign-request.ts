import { createHmac, hash } from 'node:crypto'
import type { Secret } from '@tidemark/kernel'

export interface BucketLogin {
  readonly accessKey: string
  readonly secretKey: Secret<string>
}

export interface SignedRequest {
  readonly url: URL
  readonly region: string
  readonly nowMs: number
  readonly login: BucketLogin
}

const EMPTY = hash('sha256', '')

/** The headers of a GET that AWS Signature Version 4 signs, for S3. */
export function signRequest({ url, region, nowMs, login }: SignedRequest): Record<string, string> {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/gu, '')
  const day = stamp.slice(0, 8)
  const scope = `${day}/${region}/s3/aws4_request`
  const headers = { host: url.host, 'x-amz-content-sha256': EMPTY, 'x-amz-date': stamp }
  const names = Object.keys(headers).join(';')
  const canonical = [
    'GET',
    canonicalPath(url),
    canonicalQuery(url),
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    names,
    EMPTY,
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', stamp, scope, hash('sha256', canonical)].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<Uint8Array>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from(`AWS4${login.secretKey.reveal()}`, 'utf8'),
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return {
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': stamp,
    authorization: `AWS4-HMAC-SHA256 Credential=${login.accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

/** RFC 3986: everything but letters, digits and -._~ is escaped. */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function canonicalPath({ pathname }: URL): string {
  return pathname
    .split('/')
    .map((part) => escapeUri(decodeURIComponent(part)))
    .join('/')
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`)
    .toSorted()
    .join('&')
}
