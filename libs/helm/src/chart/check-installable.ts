import { type Chart } from './chart.ts'
import { rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'

/**
 * What is asked of a chart before it is rendered: it is an application, and for `helm template` of 3.22 its dependencies are
 * all there.
 */
export function checkInstallable({ flavour, metadata, dependencies }: Chart): void {
  if (metadata.type !== '' && metadata.type !== 'application')
    throw new HelmError('CHART_FILE', `${metadata.type} charts are not installable`)
  if (rulesOf(flavour).missingDependencies === 'ignored') return
  const names = new Set(dependencies.map((dependency) => dependency.metadata.name))
  const missing = (metadata.dependencies ?? [])
    .map(({ name }) => name)
    .filter((name) => !names.has(name))
  if (missing.length === 0) return
  throw new HelmError(
    'CHART_DEPENDENCY',
    `An error occurred while checking for chart dependencies. You may need to run \`helm dependency build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`,
  )
}
