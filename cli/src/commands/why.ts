import { LinkState, type Link } from '@tidemark/contracts'
import { connect } from '../client/api-client.ts'
import { formatJson, say } from '../client/print.ts'
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
  if (options.output === 'json') return say(formatJson(explained))
  say(explained.links.flatMap(lines).join('\n'))
}

function lines({ stage, state, summary, detail, hint }: Link): readonly string[] {
  const first = `${MARKS[state] ?? '??'}  ${stage.padEnd(13)}${summary}`
  const isOpen = state === LinkState.LINK_STATE_BROKEN || state === LinkState.LINK_STATE_ACTIVE
  if (!isOpen) return [first]
  const more = detail === '' ? [] : detail.split('\n').map((line) => `    ${line}`)
  return [first, ...more, ...(hint === '' ? [] : [`    -> ${hint}`])]
}
