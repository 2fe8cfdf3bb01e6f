import {
  freshValues,
  type GeneratedValues,
  fromBytes,
  LimitError,
  TemplateError,
  toBuffer,
  toBytes,
} from '@tidemark/go-template'
import { HelmError, loadChartFiles, mergeValues, renderFiles } from '@tidemark/helm'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { type GeneratedCase } from './generate-template.ts'
import { type Answer } from './oracle.ts'

/** What our engine makes of a template. */
export interface Rendered extends Answer {
  /** The limit of ours that stopped it. */
  readonly limit?: string
  /** It drew on time or random, which differ by themselves. */
  readonly drew: boolean
}

const CHART = toBytes('apiVersion: v2\nname: c\nversion: 1.0.0\n')

/** Renders a template in a chart of its own, as the oracle does. */
export function renderTemplate({ template, values }: GeneratedCase): Rendered {
  let drew = false
  const fresh = freshValues({ random: seededRandom(1), clock: systemClock })
  const generated: GeneratedValues = {
    rehearse: () => fresh,
    remember: (call, generate) => {
      drew = true
      return fresh.remember(call, generate)
    },
  }
  try {
    const chart = loadChartFiles([
      { name: 'Chart.yaml', data: CHART },
      { name: 'templates/t', data: toBytes(template) },
    ])
    const outputs = renderFiles(chart, {
      release: { name: 'rel', namespace: 'ns' },
      values: mergeValues({ files: [{ name: 'values.json', text: JSON.stringify(values) }] }),
      generated,
    })
    const output = toBuffer(outputs.get('c/templates/t') ?? '').toString('base64')
    return { output, drew }
  } catch (error) {
    return { ...refusalOf(error), drew }
  }
}

function refusalOf(error: unknown): { readonly error?: string; readonly limit?: string } {
  if (error instanceof LimitError) return { limit: error.message }
  if (error instanceof TemplateError || error instanceof HelmError)
    return { error: fromBytes(error.message) }
  return { error: `CRASH ${error instanceof Error ? String(error.stack) : String(error)}` }
}
