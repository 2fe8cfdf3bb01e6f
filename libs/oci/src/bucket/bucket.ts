import { hash } from 'node:crypto'
import { FetchRefused } from '../fetch-refused.ts'
import { Web, type WebAnswer, type WebOptions } from '../web.ts'
import { type BucketLogin, escapeUri, signRequest } from './sign-request.ts'

const OBJECTS_MAX = 100_000 // As many files as any source may have.
const PAGES_MAX = 200
const PAGE = 1_000
const PAGE_BYTES_MAX = 4 * 1024 * 1024
const KEY_CHARS_MAX = 1_024 // What S3 itself allows.

export interface BucketOptions extends WebOptions {
  /** Host, or host and port. */
  readonly endpoint: string
  readonly bucketName: string
  readonly region: string
  readonly insecure: boolean
  /** Without one, requests are not signed: a public bucket. */
  readonly login: BucketLogin | undefined
  readonly nowMs: () => number
}

export interface BucketObject {
  readonly key: string
  readonly etag: string
  readonly size: number
}

/** A bucket of S3, or of what speaks like it: listed and read, path style. */
export class Bucket implements Disposable {
  readonly #options: BucketOptions
  readonly #web: Web
  readonly #base: string

  constructor(options: BucketOptions) {
    this.#options = options
    this.#web = new Web(options)
    const { insecure, endpoint, bucketName } = options
    this.#base = `${insecure ? 'http' : 'https'}://${endpoint}/${bucketName}`
    if (!URL.canParse(this.#base))
      throw new FetchRefused(
        'SOURCE_URL',
        `${JSON.stringify(endpoint)} is no host: write host or host:port`,
      )
  }

  /** All objects below a prefix, in the order of their keys. */
  async list(prefix: string, signal: AbortSignal): Promise<readonly BucketObject[]> {
    const objects: BucketObject[] = []
    let token: string | undefined
    for (let pages = 0; ; pages += 1) {
      if (pages === PAGES_MAX || objects.length > OBJECTS_MAX) throw this.#tooMany()
      const url = new URL(this.#base)
      url.search = queryOf({ prefix, token })
      const answer = await this.#get(url, PAGE_BYTES_MAX, signal)
      if (answer.status !== 200) throw this.#unexpected(answer, '')
      const page = readPage(Buffer.from(answer.bytes).toString('utf8'))
      if (page === undefined) throw this.#noBucket()
      objects.push(...page.objects)
      if (page.next === undefined) return objects
      if (page.next === token) throw this.#noBucket()
      token = page.next
    }
  }

  /** The bytes of an object; `undefined` where it is gone. */
  async object(
    key: string,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const url = new URL(`${this.#base}/${key.split('/').map(escapeUri).join('/')}`)
    const answer = await this.#get(url, bytesMax, signal)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw this.#unexpected(answer, ` for ${key}`)
    return answer.bytes
  }

  [Symbol.dispose](): void {
    this.#web[Symbol.dispose]()
  }

  #get(url: URL, bytesMax: number, signal: AbortSignal): Promise<WebAnswer> {
    const { login, region, nowMs } = this.#options
    if (login === undefined) return this.#web.ask({ url, bytesMax }, signal)
    const signed = signRequest({ url, region: region || 'us-east-1', nowMs: nowMs(), login })
    const { authorization, ...headers } = signed
    return this.#web.ask({ url, headers, authorization, bytesMax }, signal)
  }

  get #name(): string {
    return `bucket ${this.#options.bucketName} at ${this.#options.endpoint}`
  }

  #unexpected({ status, bytes }: WebAnswer, what: string): FetchRefused {
    const code = /<Code>(\w{1,64})<\/Code>/u.exec(Buffer.from(bytes).toString('utf8'))?.[1]
    const said = `HTTP ${status}${code === undefined ? '' : `, ${code}`}`
    if (status === 401 || status === 403)
      return new FetchRefused(
        'SOURCE_AUTHENTICATION',
        `${this.#name} refuses these credentials${what} (${said}); check accesskey and secretkey of the Secret, spec.region, and the clock of this machine`,
      )
    if (status === 404)
      return new FetchRefused(
        'SOURCE_NOT_FOUND',
        `there is no ${this.#name} (${said}); check bucketName and endpoint`,
      )
    return new FetchRefused(
      'SOURCE_PROTOCOL',
      `${this.#name} answers ${said}${what}; check endpoint and region`,
    )
  }

  #noBucket(): FetchRefused {
    return new FetchRefused(
      'SOURCE_PROTOCOL',
      `what answers is no ${this.#name} that speaks S3; check endpoint`,
    )
  }

  #tooMany(): FetchRefused {
    return new FetchRefused(
      'SOURCE_SIZE',
      `${this.#name} has more than ${OBJECTS_MAX} objects; give spec.prefix`,
    )
  }
}

/** The revision of a listing, as Flux writes it: equal keys and etags are one revision. */
export function bucketRevision(objects: readonly BucketObject[]): string {
  const sorted = objects.toSorted((left, right) =>
    Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)),
  )
  const lines = sorted.map(({ key, etag }) => `${key} ${etag}\n`)
  return `sha256:${hash('sha256', lines.join(''))}`
}

function queryOf({
  prefix,
  token,
}: {
  readonly prefix: string
  readonly token: string | undefined
}): string {
  const parameters: readonly (readonly [string, string])[] = [
    ...(token === undefined ? [] : [['continuation-token', token] as const]),
    ['encoding-type', 'url'],
    ['list-type', '2'],
    ['max-keys', String(PAGE)],
    ['prefix', prefix],
  ]
  return parameters.map(([name, value]) => `${name}=${escapeUri(value)}`).join('&')
}

interface Page {
  readonly objects: readonly BucketObject[]
  readonly next: string | undefined
}

/** The XML of a listing: a few flat elements, which need no more than this. */
function readPage(xml: string): Page | undefined {
  if (!/<ListBucketResult[\s>]/u.test(xml)) return undefined
  const objects = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/gu)].map(
    ([, content = '']) => ({
      key: decodeKey(elementIn(content, 'Key')),
      etag: unescapeXml(elementIn(content, 'ETag')).replace(/^"|"$/gu, ''),
      size: Number(elementIn(content, 'Size')) || 0,
    }),
  )
  const isCut = elementIn(xml, 'IsTruncated') === 'true'
  const next = unescapeXml(elementIn(xml, 'NextContinuationToken'))
  return { objects, next: isCut && next !== '' ? next : undefined }
}

function decodeKey(text: string): string {
  const plain = unescapeXml(text)
  try {
    const key = decodeURIComponent(plain.replaceAll('+', ' '))
    if (key !== '' && key.length <= KEY_CHARS_MAX && !CLIMBS.test(key)) return key
  } catch {
    // Told below.
  }
  throw new FetchRefused(
    'SOURCE_PROTOCOL',
    `the listing has a key that no file can have: ${JSON.stringify(plain.slice(0, 80))}`,
  )
}

function elementIn(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`, 'u').exec(xml)?.[1] ?? ''
}

// In a URL it would lead to another object, or another bucket.
const CLIMBS = /(?:^|\/)\.{1,2}(?:\/|$)/u

const ENTITIES = new Map([
  ['quot', '"'],
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['apos', "'"],
  ['#34', '"'],
  ['#39', "'"],
])

function unescapeXml(text: string): string {
  return text.replace(/&(#?\w+);/gu, (whole, name: string) => ENTITIES.get(name) ?? whole)
}
