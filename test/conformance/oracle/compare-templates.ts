import { seededRandom } from '@tidemark/kernel/testing'
import { type GeneratedCase, TemplateGenerator } from './generate-template.ts'
import { type Answer, type TemplateOracle } from './oracle.ts'
import { type Rendered, renderTemplate } from './render-template.ts'

/** How a comparison ended. All but the last are no difference, or one that the README of helm lists. */
export const VERDICTS = ['equal', 'limit', 'drawn', 'unstable', 'panic', 'different'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Difference {
  readonly asked: GeneratedCase
  readonly ours: Answer
  readonly theirs: Answer
}

export interface Batch {
  readonly verdicts: Readonly<Record<Verdict, number>>
  readonly differences: readonly Difference[]
}

const SEEDS_APART = 1_000_003
const HEAP = 0xc000000000
/** Addresses of Go, which are never the same: of its heap in each base, and of what it has from the start, padded or not. */
const ADDRESSES = new RegExp(
  [
    ' *0x[0-9a-f]{6,}',
    ...[2, 8, 10, 16].map((base) => {
      const shown = HEAP.toString(base)
      return `${shown.slice(0, base === 2 ? 8 : 2)}[0-9a-f]{${shown.length - (base === 2 ? 8 : 2)}}`
    }),
  ].join('|'),
  'gi',
)

/** The templates of a batch: the same ones for the same seed and number. */
export function templatesOf(batch: {
  readonly seed: number
  readonly number: number
  readonly size: number
}): readonly GeneratedCase[] {
  const generator = new TemplateGenerator(seededRandom(batch.seed * SEEDS_APART + batch.number))
  return Array.from({ length: batch.size }, () => generator.next())
}

/** Renders templates with our engine and with Helm's. */
export async function compareTemplates(
  cases: readonly GeneratedCase[],
  oracle: Pick<TemplateOracle, 'ask'>,
): Promise<Batch> {
  const rendered = cases.map((asked) => ({ asked, ours: renderTemplate(asked) }))
  // What our limits refuse could take all memory and time of the real engine.
  const harmless = rendered.filter(({ ours }) => ours.limit === undefined)
  const answers = await oracle.ask(harmless.map(({ asked }) => asked))
  const verdicts = { ...none(), limit: rendered.length - harmless.length }
  const differences: Difference[] = []
  for (const [index, { asked, ours }] of harmless.entries()) {
    const theirs = answers[index] ?? {}
    const verdict = verdictOf(ours, theirs)
    verdicts[verdict] += 1
    if (verdict === 'different') differences.push({ asked, ours, theirs })
  }
  return { verdicts, differences }
}

export function none(): Record<Verdict, number> {
  return { equal: 0, limit: 0, drawn: 0, unstable: 0, panic: 0, different: 0 }
}

/** What is shown of an answer. */
export function textOf({ output, error }: Answer): string {
  return error ?? JSON.stringify(Buffer.from(output ?? '', 'base64').toString())
}

function verdictOf(ours: Rendered, theirs: Answer): Verdict {
  if (theirs.unstable === true) return 'unstable'
  // What nothing of Helm catches ends its process.
  if (theirs.error?.startsWith('panic: ') === true) return 'panic'
  if (masked(ours) === masked(theirs)) return 'equal'
  return ours.drew ? 'drawn' : 'different'
}

function masked(answer: Answer): string {
  return textOf(answer).replaceAll(ADDRESSES, '0x')
}
