import { LinkState, type Link } from '@tidemark/contracts'
import { connect } from '../client/api-client.ts'
import { print, shortRevision } from '../client/print.ts'
import { paint, type Tone } from '../client/terminal.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const MARKS: Readonly<Record<number, string>> = {
  [LinkState.LINK_STATE_DONE]: 'ok',
  [LinkState.LINK_STATE_ACTIVE]: '..',
  [LinkState.LINK_STATE_BROKEN]: '!!',
  [LinkState.LINK_STATE_PENDING]: '--',
}

/** `tidemark why APPLICATION`. */
export async function why(application: string, options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const explained = await api.call(api.raw.explainApplication, { application })
  print(options.output, {
    value: explained,
    text: () => explained.links.flatMap(lines).join('\n'),
  })
}

const TONES: Readonly<Record<number, Tone>> = {
  [LinkState.LINK_STATE_DONE]: 'good',
  [LinkState.LINK_STATE_ACTIVE]: 'busy',
  [LinkState.LINK_STATE_BROKEN]: 'bad',
  [LinkState.LINK_STATE_PENDING]: 'faint',
}

function lines({ stage, state, summary, detail, hint }: Link): readonly string[] {
  const mark = paint(process.stdout, MARKS[state] ?? '??', TONES[state])
  const first = `${mark}  ${stage.padEnd(13)}${shortRevision(summary)}`
  const isOpen = state === LinkState.LINK_STATE_BROKEN || state === LinkState.LINK_STATE_ACTIVE
  if (!isOpen) return [first]
  const more = detail === '' ? [] : detail.split('\n').map((line) => `    ${line}`)
  return [first, ...more, ...(hint === '' ? [] : [`    -> ${hint}`])]
}
