import { FetchRefused } from '../fetch-refused.ts'

/** A repository in a registry. */
export interface RegistryPlace {
  /** `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string
  readonly repository: string
}

const REPOSITORY =
  /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/u
const REPOSITORY_CHARS_MAX = 255
const DOCKER_HUB = 'index.docker.io'

/** Reads `oci://host/repository`. Docker Hub has two names, and `library/` before a bare one. */
export function parseOciUrl(url: string): RegistryPlace {
  const [, host = '', path = ''] = /^oci:\/\/([^\s/@]+)\/([^\s?#]+?)\/*$/u.exec(url) ?? []
  const isHub = host === 'docker.io' || host === 'registry-1.docker.io'
  const registry = isHub ? DOCKER_HUB : host
  const repository = registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path
  const isSound = REPOSITORY.test(repository) && repository.length <= REPOSITORY_CHARS_MAX
  if (host === '' || !URL.canParse(`https://${host}`) || !isSound)
    throw new FetchRefused(
      'SOURCE_URL',
      `${JSON.stringify(url)} is no repository of a registry: write oci://host/name, in lower case, without a tag`,
    )
  return { registry, repository }
}
