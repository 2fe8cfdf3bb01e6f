// A small registry that speaks the OCI distribution protocol: pulls by tag and digest, pages of tags, referrers, and the two
// ways to sign in.
import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { reply, startWebServer, type WebServer } from './web-server.ts'

export interface RegistryRigOptions {
  /** Who may pull; everybody where nothing is said. */
  readonly login?: {
    readonly username: string
    readonly password: string
    readonly by: 'basic' | 'bearer'
  }
  readonly tagsPerPage?: number
  /** Where blobs are: the registry sends its clients there. */
  readonly storage?: string
}

export interface PushedLayer {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly annotations?: Readonly<Record<string, string>>
}

export interface RegistryRig extends AsyncDisposable {
  readonly server: WebServer
  /** Puts an image under a tag; gives its digest. */
  push(
    repository: string,
    tag: string,
    image: {
      readonly layers: readonly PushedLayer[]
      readonly annotations?: Readonly<Record<string, string>>
      /** The digest that it refers to. */
      readonly subject?: string
      readonly artifactType?: string
    },
  ): string
  /** Puts a manifest as it is. */
  pushManifest(repository: string, tag: string, manifest: object): string
  readonly blobs: Map<string, Uint8Array>
}

const TOKEN = 'a-token-of-this-registry'
const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'

interface Manifest {
  readonly bytes: Uint8Array
  readonly subject: string
  readonly artifactType: string
}

export async function startRegistry(options: RegistryRigOptions = {}): Promise<RegistryRig> {
  const blobs = new Map<string, Uint8Array>()
  const manifests = new Map<string, Manifest>()
  const tags = new Map<string, Map<string, string>>()
  const server = await startWebServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry')
    if (url.pathname === '/token') return giveToken(request.headers.authorization, response)
    if (!isAllowed(request.headers.authorization)) return challenge(response, request.headers.host)
    const [, repository = '', what = '', name = ''] =
      /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.+)$/u.exec(url.pathname) ?? []
    if (what === 'tags') return listTags(repository, url, response)
    if (what === 'referrers') return listReferrers(name, response)
    if (what === 'manifests') return giveManifest(tags.get(repository)?.get(name) ?? name, response)
    const blob = blobs.get(name)
    if (blob === undefined) return reply(response, 404)
    if (options.storage === undefined) return reply(response, 200, blob)
    response.setHeader('location', `${options.storage}/${name}`)
    reply(response, 307)
  })
  const { login } = options
  const basic = `Basic ${Buffer.from(`${login?.username}:${login?.password}`).toString('base64')}`
  const isAllowed = (authorization = ''): boolean =>
    login === undefined || authorization === (login.by === 'basic' ? basic : `Bearer ${TOKEN}`)
  const challenge = (response: ServerResponse, host = ''): void => {
    const bearer = `Bearer realm="http://${host}/token",service="rig",scope="repository:x:pull"`
    response.setHeader('www-authenticate', login?.by === 'basic' ? 'Basic realm="rig"' : bearer)
    reply(response, 401)
  }
  const giveToken = (authorization: string | undefined, response: ServerResponse): void =>
    authorization === basic
      ? reply(response, 200, JSON.stringify({ token: TOKEN, expires_in: 60 }))
      : reply(response, 401)
  const listTags = (repository: string, url: URL, response: ServerResponse): void => {
    const all = [...(tags.get(repository)?.keys() ?? [])].toSorted()
    if (all.length === 0) return reply(response, 404)
    const after = url.searchParams.get('last') ?? ''
    const rest = all.filter((tag) => tag > after)
    const page = rest.slice(0, options.tagsPerPage ?? rest.length)
    const last = page.at(-1) ?? ''
    if (page.length < rest.length)
      response.setHeader('link', `</v2/${repository}/tags/list?last=${last}>; rel="next"`)
    reply(response, 200, JSON.stringify({ name: repository, tags: page }))
  }
  const listReferrers = (digest: string, response: ServerResponse): void => {
    const found = [...manifests].filter(([, { subject }]) => subject === digest)
    const listed = found.map(([each, { bytes, artifactType }]) => ({
      mediaType: IMAGE,
      artifactType,
      digest: each,
      size: bytes.length,
    }))
    reply(response, 200, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: listed }))
  }
  const giveManifest = (digest: string, response: ServerResponse): void => {
    const manifest = manifests.get(digest)
    if (manifest === undefined) return reply(response, 404)
    response.setHeader('content-type', IMAGE)
    response.setHeader('docker-content-digest', digest)
    reply(response, 200, manifest.bytes)
  }
  const keep = (bytes: Uint8Array): { readonly digest: string; readonly size: number } => {
    const digest = `sha256:${hash('sha256', bytes)}`
    blobs.set(digest, bytes)
    return { digest, size: bytes.length }
  }
  const pushManifest = (repository: string, tag: string, manifest: object): string => {
    const bytes = Buffer.from(JSON.stringify(manifest))
    const digest = `sha256:${hash('sha256', bytes)}`
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What tests push.
    const { subject, artifactType = '' } = manifest as {
      readonly subject?: { readonly digest: string }
      readonly artifactType?: string
    }
    manifests.set(digest, { bytes, subject: subject?.digest ?? '', artifactType })
    if (!tags.has(repository)) tags.set(repository, new Map())
    if (tag !== '') tags.get(repository)?.set(tag, digest)
    return digest
  }
  return {
    server,
    blobs,
    pushManifest,
    push: (repository, tag, { layers, annotations = {}, subject, artifactType }) =>
      pushManifest(repository, tag, {
        schemaVersion: 2,
        mediaType: IMAGE,
        ...(artifactType === undefined ? {} : { artifactType }),
        config: { mediaType: 'application/vnd.oci.empty.v1+json', ...keep(Buffer.from('{}')) },
        layers: layers.map(({ mediaType, bytes, annotations: own = {} }) => ({
          mediaType,
          ...keep(bytes),
          annotations: own,
        })),
        ...(subject === undefined
          ? {}
          : { subject: { mediaType: IMAGE, digest: subject, size: 0 } }),
        annotations,
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
