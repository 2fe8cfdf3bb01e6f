import {
  checkInstallable,
  HelmError,
  hintOf,
  loadChart,
  mergeValues,
  printRelease,
  renderChart,
  type RenderOptions,
} from '@tidemark/helm'
import { folderTree } from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'
import type { ChartRenderer, ChartRequest } from './chart-renderer.ts'

// What `helm template` says where no name is given; upstream lets helm make one up from the time of day.
const RELEASE_NAME_DEFAULT = 'release-name'

/** Renders the charts of `helmCharts` with our Helm engine. `generated` draws what templates draw: keys, random texts, time. */
export function helmRenderer(
  options: Pick<RenderOptions, 'generated' | 'clock' | 'limits'>,
): ChartRenderer {
  return {
    render: (request) => {
      try {
        return render(request, options)
      } catch (error) {
        if (error instanceof HelmError)
          throw new KustomizeError('KUSTOMIZE_HELM', utf8(error.message), {
            hint: [`in the chart ${request.chart}`, hintOf(error)].filter(Boolean).join(': '),
            cause: error,
          })
        throw error
      }
    },
  }
}

function render(
  request: ChartRequest,
  options: Pick<RenderOptions, 'generated' | 'clock' | 'limits'>,
): string {
  const { apiVersions, kubeVersion, nameTemplate } = request
  if (nameTemplate !== '')
    throw new KustomizeError('KUSTOMIZE_HELM', 'nameTemplate is not supported', {
      hint: 'set "releaseName"',
    })
  const chart = loadChart(folderTree(request.tree, request.chart))
  checkInstallable(chart)
  const rendered = renderChart(chart, {
    ...options,
    generated: ofRelease(options.generated, request),
    release: {
      name: request.releaseName || RELEASE_NAME_DEFAULT,
      namespace: request.namespace || 'default',
    },
    values: mergeValues({ files: request.valuesFiles }),
    capabilities: kubeVersion === '' ? { apiVersions } : { apiVersions, kubeVersion },
  })
  const { includeCrds, skipTests, skipHooks } = request
  return utf8(printRelease(rendered, { includeCrds, skipTests, noHooks: skipHooks }))
}

/** Two releases of one chart have the same templates, but not the same passwords. */
function ofRelease(
  generated: RenderOptions['generated'],
  request: ChartRequest,
): RenderOptions['generated'] {
  const { namespace, releaseName } = request
  return {
    rehearse: () => ofRelease(generated.rehearse(), request),
    remember: (call, generate) =>
      generated.remember(
        { ...call, template: `${namespace}/${releaseName}:${call.template}` },
        generate,
      ),
  }
}

/** The Helm engine's texts are Go's: a character for each byte. */
function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}
