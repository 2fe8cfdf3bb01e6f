import { FetchRefused, Registry, type RegistryPlace } from '@tidemark/oci'
import type { FoundSecrets } from '../ports.ts'
import { mirrorOf } from './mirrors.ts'
import { registryLogin } from './source-secrets.ts'
import { webOptions, type WebSourceParts } from './web-sources.ts'

export interface RegistryToOpen {
  readonly place: RegistryPlace
  /** HTTP without TLS. */
  readonly insecure: boolean
  readonly secrets: FoundSecrets
}

/** A repository of a registry, or its mirror: that is the operator's, and never sees the source's credentials. */
export function openRegistry(
  parts: WebSourceParts,
  { place, insecure, secrets }: RegistryToOpen,
): Registry {
  const options = { ...webOptions(parts, secrets), tokens: parts.tokens }
  // Docker Hub is known under another name than it is asked at.
  const known = place.registry === 'index.docker.io' ? 'docker.io' : place.registry
  const mirrored = mirrorOf(parts.mirrors, `${known}/${place.repository}`)
  if (mirrored === undefined)
    return new Registry({ ...options, place, insecure, login: registryLogin(secrets, place) })
  const [registry = '', ...path] = mirrored.place.split('/')
  if (path.length === 0)
    throw new FetchRefused(
      'SOURCE_URL',
      `the mirror of ${place.registry} gives ${mirrored.place}, which is no repository`,
    )
  const isPlain = mirrored.scheme === undefined ? insecure : mirrored.scheme === 'http'
  return new Registry({
    ...options,
    certificates: undefined,
    place: { registry, repository: path.join('/') },
    insecure: isPlain,
    login: undefined,
  })
}
