import { LinkState, Phase, type Link } from '@tidemark/contracts'
import { connect, type ApiClient } from '../client/api-client.ts'
import { print, shortRevision } from '../client/print.ts'
import { paint, type Tone } from '../client/terminal.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const MARKS: Readonly<Record<number, string>> = {
  [LinkState.LINK_STATE_DONE]: 'ok',
  [LinkState.LINK_STATE_ACTIVE]: '..',
  [LinkState.LINK_STATE_BROKEN]: '!!',
  [LinkState.LINK_STATE_PENDING]: '--',
}

/** `tidemark why [APPLICATION]`; without a name each application that is not ready, the first ones of many. */
export async function why(application: string | undefined, options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  if (application === undefined) return await whyAll(api, options)
  const explained = await api.call(api.raw.explainApplication, { application })
  print(options.output, { value: explained, text: () => textOf(explained) })
}

const EXPLAINED_MAX = 20 // A cause in common shows in the first ones.

async function whyAll(api: ApiClient, options: OutputOptions): Promise<void> {
  const { applications } = await api.call(api.raw.listApplications, { cluster: '', namespace: '' })
  const open = applications.filter(({ phase }) => phase !== Phase.PHASE_READY)
  const explained: { name: string; links: readonly Link[] }[] = []
  for (const { cluster, object, applicationId } of open.slice(0, EXPLAINED_MAX)) {
    const { links } = await api.call(api.raw.explainApplication, { application: applicationId })
    explained.push({ name: `${cluster}/${object?.namespace ?? ''}/${object?.name ?? ''}`, links })
  }
  const more = open.length - explained.length
  print(options.output, {
    value: { kind: 'List', items: explained },
    text: () =>
      [
        ...explained.map((each) => `${each.name}\n${textOf(each)}\n`),
        ...(more > 0 ? [`and ${more} more that are not ready: tidemark get applications`] : []),
        ...(open.length === 0 ? [`all ${applications.length} applications are ready`] : []),
      ]
        .join('\n')
        .trimEnd(),
    names: () => explained.map(({ name }) => name),
  })
}

function textOf({ links }: { readonly links: readonly Link[] }): string {
  return links.flatMap(lines).join('\n')
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
