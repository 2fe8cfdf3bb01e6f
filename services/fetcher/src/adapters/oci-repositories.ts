import type { OciSource } from '@tidemark/contracts'
import { compileRegex, toBytes } from '@tidemark/go-template'
import { assert } from '@tidemark/kernel'
import {
  FetchRefused,
  parseOciUrl,
  pullImage,
  resolveReference,
  selectLayer,
  type OciQuery,
} from '@tidemark/oci'
import { readArchive } from '@tidemark/source-tree'
import type { Repositories } from '../ports.ts'
import { keepTree } from './keep-tree.ts'
import { openRegistry } from './open-registry.ts'
import { checkSignature } from './check-signature.ts'
import { withinTimeout, type Look, type WebSourceParts } from './web-sources.ts'

const LAYER_BYTES_MAX = 128 * 1024 * 1024 // As large as what is in it may be.
const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const ORIGIN = 'org.opencontainers.image.revision'

/** Artifacts in registries: one layer of them is the source. */
export function ociRepositories(parts: WebSourceParts): Repositories {
  return withinTimeout(parts.clock, (source, signal) => look(parts, source, signal))
}

async function look(
  parts: WebSourceParts,
  { declared, known, secrets }: Parameters<Look>[0],
  signal: AbortSignal,
): ReturnType<Look> {
  const { oci } = declared
  assert(oci !== undefined, 'an OCIRepository is declared as one')
  const place = parseOciUrl(oci.url)
  using registry = openRegistry(parts, { place, insecure: oci.insecure, secrets })
  const { tag, digest } = await resolveReference(registry, queryOf(oci), signal)
  const revision = tag === '' ? digest : `${tag}@${digest}`
  if (revision === known.revision && known.failing === undefined) return { kind: 'unchanged' }
  parts.crashPoints.at('fetcher.resolved')
  await checkSignature({ registry, digest, rule: oci.verification, secrets }, signal)
  const image = await pullImage(registry, digest, signal)
  const what = `${registry.name}@${digest}`
  const layer = selectLayer(image, { mediaType: oci.layerMediaType, what })
  const bytes = await registry.blob(layer, LAYER_BYTES_MAX, signal)
  const tree = readArchive(bytes, { links: 'skip' })
  // A layer that is copied is the artifact as it is; only what is extracted is packed anew by the rules.
  const rules = oci.layerOperation === 'copy' ? 'none' : 'flux'
  const options = { rules, ignore: oci.ignore, previousBlob: known.artifactBlob } as const
  const kept = await keepTree(parts.blobs, tree, options, signal)
  parts.crashPoints.at('fetcher.artifact-kept')
  const originRevision = image.annotations.get(ORIGIN) ?? ''
  return { kind: 'found', revision, ...kept, originRevision, forced: false }
}

function queryOf({ ref, layerMediaType }: OciSource): OciQuery {
  return {
    digest: ref?.digest ?? '',
    semver: ref?.semver ?? '',
    tag: ref?.tag ?? '',
    filter: filterOf(ref?.semverFilter ?? ''),
    tagsAreCharts: layerMediaType === CHART_LAYER,
  }
}

function filterOf(pattern: string): (tag: string) => boolean {
  if (pattern === '') return () => true
  const regex = compileRegex(toBytes(pattern))
  if (typeof regex === 'string')
    throw new FetchRefused('SOURCE_REF', `spec.ref.semverFilter is no regular expression: ${regex}`)
  return (tag) => regex.isIn(toBytes(tag))
}
