import { isRecord } from '@tidemark/flux'
import type { FluxEvent } from '../../steps/flux-event.ts'
import type { Parcel } from '../../ports.ts'
import { ProviderRefused, requireGood, type Exchange } from './exchange.ts'
import { goJson } from './go-json.ts'
import type { ProviderAccess } from './provider-secret.ts'

const DESCRIPTION_LETTERS_MAX = 140 // GitHub's bound, the lowest of the three.

/** GitHub, also one of a company: a status of the commit, unless the newest of its name says the same. */
export async function sendGithub(
  { event, commit, status }: Parcel,
  access: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const { origin, owner, name } = ownedRepository(access.address)
  const api = origin === 'https://github.com' ? 'https://api.github.com' : `${origin}/api/v3`
  const headers = {
    accept: 'application/vnd.github.v3+json',
    authorization: `Bearer ${tokenOf(access)}`,
    'x-github-api-version': '2022-11-28',
  }
  const repository = `${api}/repos/${owner}/${name}`
  const state = event.severity === 'error' ? 'failure' : 'success'
  const description = describe(event)
  const listed = await exchange({
    url: `${repository}/commits/${commit}/statuses?per_page=50`,
    headers,
  })
  const newest = listOf(requireGood(listed)).find((known) => known['context'] === status)
  if (newest?.['state'] === state && newest['description'] === description) return
  const answer = await exchange({
    url: `${repository}/statuses/${commit}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: `${goJson({ state, description, context: status }, 'plain')}\n`,
  })
  requireGood(answer)
}

/** GitLab: a status of the commit by its name. */
export async function sendGitlab(
  { event, commit, status }: Parcel,
  access: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const { origin, path } = repositoryOf(access.address)
  const project = `${origin}/api/v4/projects/${pathEscape(path)}`
  const headers = { accept: 'application/json', 'private-token': tokenOf(access) }
  const state = event.severity === 'error' ? 'failed' : 'success'
  const description = describe(event)
  const listed = await exchange({
    url: `${project}/repository/commits/${commit}/statuses?name=${queryEscape(status)}`,
    headers,
  })
  const isSame = listOf(requireGood(listed)).some(
    (known) =>
      known['sha'] === commit &&
      known['status'] === state &&
      known['description'] === description &&
      known['name'] === status,
  )
  if (isSame) return
  const answer = await exchange({
    url: `${project}/statuses/${commit}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: goJson({ state, name: status, description }),
  })
  requireGood(answer)
}

/** Gitea and Forgejo: a status of the commit, unless the newest of its name says the same. */
export async function sendGitea(
  { event, commit, status }: Parcel,
  access: ProviderAccess,
  exchange: Exchange,
): Promise<void> {
  const { origin, owner, name } = ownedRepository(access.address)
  const repository = `${origin}/api/v1/repos/${owner}/${name}`
  const headers = {
    'content-type': 'application/json',
    authorization: `token ${tokenOf(access)}`,
  }
  const state = event.severity === 'error' ? 'failure' : 'success'
  const description = describe(event)
  const listed = await exchange({
    url: `${repository}/commits/${commit}/statuses?limit=50&page=1`,
    headers,
  })
  const newest = listOf(requireGood(listed)).find((known) => known['context'] === status)
  if (newest?.['status'] === state && newest['description'] === description) return
  const answer = await exchange({
    url: `${repository}/statuses/${commit}`,
    headers,
    body: goJson({ state, target_url: '', description, context: status }),
  })
  requireGood(answer)
}

/**
 * What stands beside the mark: the reason in words, as Flux writes it, and for a failure what was wrong, so that whoever sees
 * the commit alone can mend it.
 */
function describe({ reason, severity, message }: FluxEvent): string {
  const words = splitWords(reason).join(' ').toLowerCase()
  if (severity !== 'error') return words
  const text = `${words}: ${message.replace(/\s+/gu, ' ').trim()}`
  if (text.length <= DESCRIPTION_LETTERS_MAX) return text
  // What is cut in the middle of a letter loses that letter.
  return `${text
    .slice(0, DESCRIPTION_LETTERS_MAX - 1)
    .toWellFormed()
    .replace(/\uFFFD$/u, '')}…`
}

/** `BuildFailed` -> Build, Failed; `OCIArtifactPullFailed` -> OCI, Artifact, Pull, Failed. */
function splitWords(reason: string): readonly string[] {
  return reason.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Nd}+|[^\p{L}\p{Nd}]+/gu) ?? [reason]
}

interface Repository {
  readonly origin: string
  readonly path: string
}

/** Where the API of a repository is, by its address: over HTTPS also where that is for SSH. */
function repositoryOf(address: string): Repository {
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/)(.+)$/u.exec(address)
  const text = scp === null ? address : `ssh://${scp[1]}/${scp[2]}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  const path = (url?.pathname ?? '').replace(/^\/+/u, '').replace(/\.git$/u, '')
  const scheme = url?.protocol === 'ssh:' ? 'https:' : url?.protocol
  if (url === undefined || path === '' || (scheme !== 'https:' && scheme !== 'http:'))
    throw new ProviderRefused(
      'PROVIDER_ADDRESS',
      'its address is no repository: write it as https://host/owner/name',
    )
  return { origin: `${scheme}//${url.host}`, path }
}

function ownedRepository(address: string): Repository & { owner: string; name: string } {
  const repository = repositoryOf(address)
  const [owner = '', name = '', ...more] = repository.path.split('/')
  if (owner === '' || name === '' || more.length > 0)
    throw new ProviderRefused(
      'PROVIDER_ADDRESS',
      'its address names no repository of an owner: write it as https://host/owner/name',
    )
  return { ...repository, owner, name }
}

function tokenOf({ token, password }: ProviderAccess): string {
  if (token !== '') return token
  if (password !== '') return password
  throw new ProviderRefused('PROVIDER_SECRET', 'its Secret has neither a key token nor a password')
}

function listOf(body: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const parsed: unknown = JSON.parse(body)
    if (Array.isArray(parsed)) return parsed.filter(isRecord)
  } catch {
    // Told below: what answers is not the API.
  }
  throw new ProviderRefused(
    'PROVIDER_REFUSED',
    'what answers is not the API of spec.type; check spec.address',
  )
}

/** As GitLab's client writes a project in a path. */
function pathEscape(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E')
}

function queryEscape(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}
