import type { GeneratedEntry, GeneratedSources } from '@tidemark/go-template'
import { seedGenerated } from '@tidemark/helm'
import { canonicalJson } from '@tidemark/manifests'
import { readHelmRelease } from './helm-release.ts'
import { renderHelmRelease, type HelmReleaseInput } from './render-helm-release.ts'
import { RenderRefused } from './render-refused.ts'

/**
 * What the chart of a HelmRelease had generated when Helm installed it, from the manifest that Helm recorded: with it the
 * release is taken over as it is. Throws RenderRefused, which names the fields, where a value cannot be found.
 */
export function seedHelmRelease(
  object: unknown,
  input: Omit<HelmReleaseInput, 'generated'>,
  installed: { readonly manifest: string; readonly sources: GeneratedSources },
): readonly GeneratedEntry[] {
  const read = readHelmRelease(object)
  if (read.kind === 'refused') return []
  const { releaseNamespace: namespace, releaseName } = read.model
  const seeded = seedGenerated({
    render: (generated) =>
      renderHelmRelease(object, { ...input, generated }).objects.map((each) => canonicalJson(each)),
    live: installed.manifest,
    namespace,
    sources: installed.sources,
  })
  if (seeded.kind === 'seeded') return seeded.entries
  throw new RenderRefused(
    'GENERATED_UNKNOWN',
    `HelmRelease ${read.model.namespace}/${read.model.name}: Helm has installed the release ${namespace}/${releaseName}, and what its chart generated cannot be found in ${seeded.fields.join(', ')}; give these values in spec.values or spec.valuesFrom as they are on the cluster`,
  )
}
