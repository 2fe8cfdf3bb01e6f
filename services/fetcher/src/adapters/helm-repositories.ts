import { hash } from 'node:crypto'
import { assert } from '@tidemark/kernel'
import { ChartRepository, encodeChartIndex, readChartIndex } from '@tidemark/oci'
import { memoryTree } from '@tidemark/source-tree'
import type { HelmRepositorySource } from '@tidemark/contracts'
import type { FoundSecrets, Repositories } from '../ports.ts'
import { keepTree } from './keep-tree.ts'
import { mirrorUrl } from './mirrors.ts'
import { basicLogin } from './source-secrets.ts'
import { webOptions, withinTimeout, type Look, type WebSourceParts } from './web-sources.ts'

/** The one file of what is kept of an index. */
export const INDEX_FILE = 'index.json'

/** Chart repositories: their index is fetched once for all charts of them. A registry of charts has none. */
export function helmRepositories(parts: WebSourceParts): Repositories {
  return withinTimeout(parts.clock, (source, signal) => look(parts, source, signal))
}

async function look(
  parts: WebSourceParts,
  { declared, known, secrets }: Parameters<Look>[0],
  signal: AbortSignal,
): ReturnType<Look> {
  const { helmRepository } = declared
  assert(helmRepository !== undefined, 'a HelmRepository is declared as one')
  if (helmRepository.type === 'oci') return { kind: 'unchanged' }
  using repository = openChartRepository(parts, { helmRepository, secrets })
  const bytes = await repository.index(signal)
  const revision = `sha256:${hash('sha256', bytes)}`
  if (revision === known.revision) return { kind: 'unchanged' }
  parts.crashPoints.at('fetcher.resolved')
  const index = await readChartIndex(bytes, {
    where: helmRepository.url,
    pause: () => parts.clock.sleep(0, signal),
  })
  const tree = memoryTree([[INDEX_FILE, encodeChartIndex(index)]])
  const options = { rules: 'none', previousBlob: known.artifactBlob } as const
  const kept = await keepTree(parts.blobs, tree, options, signal)
  parts.crashPoints.at('fetcher.artifact-kept')
  return { kind: 'found', revision, ...kept, forced: false }
}

/** A chart repository, asked through its mirrors. */
export function openChartRepository(
  parts: WebSourceParts,
  {
    helmRepository,
    secrets,
  }: { readonly helmRepository: HelmRepositorySource; readonly secrets: FoundSecrets },
): ChartRepository {
  return new ChartRepository({
    ...webOptions(parts, secrets),
    url: helmRepository.url,
    login: basicLogin(secrets),
    passCredentials: helmRepository.passCredentials,
    mirror: (url) => mirrorUrl(parts.mirrors, url),
  })
}
