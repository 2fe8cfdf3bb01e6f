import type { HelmChartSource } from '@tidemark/contracts'
import {
  chooseVersion,
  decodeChartVersions,
  FetchRefused,
  parseOciUrl,
  pullImage,
  selectLayer,
  CHART_BYTES_MAX,
  type Registry,
} from '@tidemark/oci'
import { parseVersion, formatVersion, SemverError, withMetadata } from '@tidemark/semver'
import { openArtifact, type SourceTree } from '@tidemark/source-tree'
import type { FoundSecrets, LookedAt } from '../ports.ts'
import { chartInArchive, chartInTree, type OpenedChart } from './open-chart.ts'
import { checkSignature } from './check-signature.ts'
import { INDEX_FILE, openChartRepository } from './helm-repositories.ts'
import { openRegistry } from './open-registry.ts'
import type { WebSourceParts } from './web-sources.ts'

/** A chart whose version is known, and whose files are not here yet. */
export interface FoundChart {
  /** As Flux writes it, with what it adds. */
  readonly version: string
  readonly originRevision?: string
  readonly open: (signal: AbortSignal) => Promise<OpenedChart>
}

export interface ChartToFind {
  readonly chart: HelmChartSource
  readonly upstream: LookedAt
  /** Of the chart itself: keys of who signs it. */
  readonly secrets: FoundSecrets
}

/** Finds the version of a chart in the source that it is in. */
export async function findChart(
  parts: WebSourceParts,
  wanted: ChartToFind,
  signal: AbortSignal,
): Promise<FoundChart> {
  const { helmRepository } = wanted.upstream.declared
  if (helmRepository === undefined) return await findInFiles(parts, wanted, signal)
  const remote = helmRepository.type === 'oci' ? findInRegistry : findInIndex
  const found = await remote(parts, wanted, signal)
  // Values files make it another package; which one, the object's generation says.
  const { valuesFiles, objectGeneration } = wanted.chart
  if (valuesFiles.length === 0) return found
  return { ...found, version: withBuild(found.version, String(objectGeneration)) }
}

async function findInIndex(
  parts: WebSourceParts,
  { chart, upstream }: ChartToFind,
  signal: AbortSignal,
): Promise<FoundChart> {
  const { helmRepository } = upstream.declared
  if (helmRepository === undefined) throw missing(chart, 'it is in no HelmRepository')
  const index = await openUpstream(parts, upstream, signal)
  const versions = decodeChartVersions(index.read(INDEX_FILE), chart.chart)
  if (versions.length === 0)
    throw missing(chart, `the index of ${helmRepository.url} has no such chart`)
  const version = chooseVersion(versions, chart.version)
  if (version === undefined)
    throw missing(
      chart,
      `${helmRepository.url} has ${versions.length} versions of it, and none in ${chart.version}`,
    )
  return {
    version: version.version,
    open: async (opening) => {
      using repository = openChartRepository(parts, { helmRepository, secrets: upstream.secrets })
      return chartInArchive(await repository.chart(version, opening))
    },
  }
}

const CHART_LAYERS = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'application/tar+gzip', // As charts were pushed before Helm 3.7.
]

async function findInRegistry(
  parts: WebSourceParts,
  { chart, upstream, secrets }: ChartToFind,
  signal: AbortSignal,
): Promise<FoundChart> {
  const { url = '', insecure = false } = upstream.declared.helmRepository ?? {}
  const place = parseOciUrl(`${url.replace(/\/+$/u, '')}/${chart.chart}`)
  const open = (): Registry => openRegistry(parts, { place, insecure, secrets: upstream.secrets })
  using registry = open()
  const tags = await registry.tags(signal)
  const versions = tags.map((tag) => ({ version: tag.replaceAll('_', '+'), tag }))
  const version = chooseVersion(versions, chart.version)
  if (version === undefined)
    throw missing(
      chart,
      `${registry.name} has ${versions.length} tags, and none in ${chart.version}`,
    )
  return {
    version: version.version,
    open: async (opening) => {
      using again = open()
      const found = await again.manifest(version.tag, opening)
      if (found === undefined) throw missing(chart, `${again.name}:${version.tag} is gone`)
      const { digest } = found
      await checkSignature({ registry: again, digest, rule: chart.verification, secrets }, opening)
      const image = await pullImage(again, digest, opening)
      const mediaType = CHART_LAYERS.find((type) =>
        image.layers.some((layer) => layer.mediaType === type),
      )
      const what = `${again.name}:${version.tag}`
      const layer = selectLayer(image, { mediaType: mediaType ?? CHART_LAYERS[0] ?? '', what })
      return chartInArchive(await again.blob(layer, CHART_BYTES_MAX, opening))
    },
  }
}

const BUILD_CHARS = 12 // So much of a revision Flux takes.

/** A chart in the files of a GitRepository or Bucket: a folder, or a package. */
async function findInFiles(
  parts: WebSourceParts,
  { chart, upstream }: ChartToFind,
  signal: AbortSignal,
): Promise<FoundChart> {
  const opened = chartInTree(await openUpstream(parts, upstream, signal), chart.chart)
  const revision = upstream.known.revision.split(':').at(-1) ?? ''
  const generation = chart.valuesFiles.length === 0 ? [] : [String(chart.objectGeneration)]
  const added =
    chart.reconcileStrategy === 'Revision'
      ? [revision.slice(0, BUILD_CHARS), ...generation]
      : generation
  return {
    version: added.length === 0 ? opened.version : withBuild(opened.version, added.join('.')),
    originRevision: upstream.known.revision,
    open: () => Promise.resolve(opened),
  }
}

function openUpstream(
  { blobs }: WebSourceParts,
  { known }: LookedAt,
  signal: AbortSignal,
): Promise<SourceTree> {
  const get = (name: string): Promise<Uint8Array> => blobs.get(name, signal)
  return openArtifact({ get, blob: known.artifactBlob, content: 'files' }, signal)
}

function withBuild(version: string, build: string): string {
  try {
    return formatVersion(withMetadata(parseVersion(version), build))
  } catch (error) {
    if (!(error instanceof SemverError)) throw error
    throw new FetchRefused(
      'SOURCE_CHART',
      `its version ${JSON.stringify(version)} is none: ${error.message}; correct version in Chart.yaml`,
      { cause: error },
    )
  }
}

function missing({ chart }: HelmChartSource, why: string): FetchRefused {
  return new FetchRefused(
    'SOURCE_REF_MISSING',
    `there is no chart ${chart} as it is wanted: ${why}; correct spec.chart or spec.version (a prerelease counts only where the range names one, as >=1.0.0-0)`,
  )
}
