import { fromBytes, quote, toBytes } from '@tidemark/go-template'
import { parseVersion, SemverError } from '@tidemark/semver'
import { HelmError, type HelmErrorCode } from '../helm-error.ts'
import { type ChartMetadata, type Dependency } from './chart.ts'

const ALIAS = /^[a-zA-Z0-9_-]+$/
const SPACE = /\s/u
const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** Checks Chart.yaml as Helm 3.22 does, and takes out what cannot be printed. Throws `HelmError`. */
export function validateMetadata(given: ChartMetadata): ChartMetadata {
  const metadata = sanitized(given)
  if (metadata.name === '') refuse('CHART_NAME', 'chart.metadata.name is required')
  if (metadata.name === '.' || metadata.name === '..')
    refuse('CHART_NAME', `chart.metadata.name ${quote(metadata.name)} is not allowed`)
  if (metadata.name.includes('/'))
    refuse('CHART_NAME', `chart.metadata.name ${quote(metadata.name)} is invalid`)
  if (metadata.version === '') refuse('CHART_VERSION', 'chart.metadata.version is required')
  if (!isVersion(metadata.version))
    refuse('CHART_VERSION', `chart.metadata.version ${quote(metadata.version)} is invalid`)
  if (!['', 'application', 'library'].includes(metadata.type))
    refuse('CHART_FILE', 'chart.metadata.type must be application or library')
  checkDependencies(metadata.dependencies ?? [])
  return metadata
}

function checkDependencies(dependencies: readonly Dependency[]): void {
  const keys = new Set<string>()
  for (const { name, alias } of dependencies) {
    if (alias !== '' && !ALIAS.test(alias))
      refuse('CHART_NAME', `dependency ${quote(name)} has disallowed characters in the alias`)
    const key = alias === '' ? name : alias
    if (keys.has(key))
      refuse('CHART_DEPENDENCY', `more than one dependency with name or alias ${quote(key)}`)
    keys.add(key)
  }
}

function refuse(code: HelmErrorCode, problem: string): never {
  throw new HelmError(code, `validation: ${problem}`)
}

function isVersion(text: string): boolean {
  try {
    parseVersion(fromBytes(text))
    return true
  } catch (error) {
    if (error instanceof SemverError) return false
    throw error
  }
}

function sanitized(metadata: ChartMetadata): ChartMetadata {
  return {
    ...metadata,
    name: sanitizedText(metadata.name),
    description: sanitizedText(metadata.description),
    home: sanitizedText(metadata.home),
    icon: sanitizedText(metadata.icon),
    condition: sanitizedText(metadata.condition),
    tags: sanitizedText(metadata.tags),
    appVersion: sanitizedText(metadata.appVersion),
    kubeVersion: sanitizedText(metadata.kubeVersion),
    sources: metadata.sources.map(sanitizedText),
    keywords: metadata.keywords.map(sanitizedText),
    maintainers: metadata.maintainers.map(({ name, email, url }) => ({
      name: sanitizedText(name),
      email: sanitizedText(email),
      url: sanitizedText(url),
    })),
    dependencies: metadata.dependencies?.map((dependency) => ({
      ...dependency,
      name: sanitizedText(dependency.name),
      version: sanitizedText(dependency.version),
      repository: sanitizedText(dependency.repository),
      condition: sanitizedText(dependency.condition),
      tags: dependency.tags.map(sanitizedText),
    })),
  }
}

/** Each space is a space; what cannot be printed goes. */
function sanitizedText(bytes: string): string {
  if (/^[ -~]*$/.test(bytes)) return bytes
  const kept = Array.from(fromBytes(bytes), (character) => {
    if (SPACE.test(character)) return ' '
    return PRINTABLE.test(character) ? character : ''
  })
  return toBytes(kept.join(''))
}
