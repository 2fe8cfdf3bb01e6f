import { type Chart } from './chart.ts'
import { HelmError } from '../helm-error.ts'

/** What `helm template` asks of a chart before it renders it: an application whose dependencies are all there. */
export function checkInstallable({ metadata, dependencies }: Chart): void {
  if (metadata.type !== '' && metadata.type !== 'application')
    throw new HelmError('CHART_FILE', `${metadata.type} charts are not installable`)
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
