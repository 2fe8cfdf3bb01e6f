import { fromBytes } from '@tidemark/go-template'
import { matchPath } from '../chart/path-match.ts'
import { rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { type RenderedChart } from './render-chart.ts'
import { splitManifests } from './split-manifests.ts'

export interface PrintOptions {
  readonly includeCrds?: boolean
  readonly skipTests?: boolean
  readonly noHooks?: boolean
  /** Only documents of these templates, by path within the chart; globs are allowed. */
  readonly showOnly?: readonly string[]
}

/** What `helm template` of the flavour prints, as Go bytes. Throws `HelmError` where `showOnly` finds nothing. */
export function printRelease(rendered: RenderedChart, options: PrintOptions = {}): string {
  const documents = [
    ...(options.includeCrds === true ? rendered.crds : []),
    ...rendered.manifests,
  ].map(printDocument)
  const hooks = options.noHooks === true ? [] : rendered.hooks
  const shown = hooks.filter(({ events }) => options.skipTests !== true || !events.includes('test'))
  const text = `${documents
    .join('')
    .replace(/^[\t-\r ]+/, '')
    .trimEnd()}\n${shown.map(printDocument).join('')}`
  return options.showOnly === undefined || options.showOnly.length === 0
    ? text
    : onlyOf(
        splitManifests(text, { separators: rulesOf(rendered.flavour).separators, most: Infinity }),
        options.showOnly,
      )
}

function printDocument({ source, content }: { source: string; content: string }): string {
  return `---\n# Source: ${source}\n${content}\n`
}

function onlyOf(documents: readonly string[], patterns: readonly string[]): string {
  return patterns
    .flatMap((pattern) => {
      const found = documents.filter((document) => {
        const path = /# Source: [^/]+\/(.+)/.exec(document)?.[1]
        return path !== undefined && matchPath(pattern, fromBytes(path)) === true
      })
      if (found.length === 0)
        throw new HelmError('ARGUMENT', `could not find template ${pattern} in chart`)
      return found
    })
    .map((document) => `---\n${document}\n`)
    .join('')
}
