import type { EventView, FoundObject } from '@tidemark/contracts'
import { connect, type ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print, shortRevision } from '../client/print.ts'
import { readEvents } from '../client/read-events.ts'
import { objectName, shortName } from './read-release.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const TITLE_WIDTH = 13
const COMMIT = /^[0-9a-f]{7,64}$/u

export interface TraceOptions extends OutputOptions {
  readonly namespace?: string
  readonly cluster?: string
}

/** `tidemark trace KIND/NAME`, or `tidemark trace COMMIT`. */
export async function trace(what: string, options: TraceOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  if (COMMIT.test(what)) return await traceCommit(api, what, options)
  const [kind = '', ...rest] = what.split('/')
  const [name = '', namespace = options.namespace ?? ''] = rest.toReversed()
  if (rest.length === 0 || rest.length > 2 || name === '')
    throw new CommandError(
      `trace ${what}: write KIND/NAME, KIND/NAMESPACE/NAME, or 7 or more digits of a commit`,
      EXIT.usage,
    )
  const request = { kind, namespace, name, cluster: options.cluster ?? '' }
  const { found } = await api.call(api.raw.findObject, request)
  if (found.length === 0)
    throw new CommandError(
      `no application delivers ${what}; tidemark tree shows what is delivered`,
      EXIT.notFound,
    )
  const pushes = await Promise.all(found.map((one) => pushOf(api, one)))
  const traced = found.map((one, index): Traced => Object.assign(one, { push: pushes[index] }))
  print(options.output, {
    value: { kind: 'List', items: traced },
    text: () => traced.map(tellObject).join('\n\n'),
    names: () => traced.map(({ application }) => application?.applicationId ?? ''),
  })
}

/** How the revision of a release was come by: the event that a push or a look at the source has left. */
async function pushOf(api: ApiClient, { release }: FoundObject): Promise<EventView | undefined> {
  const revisions = await readEvents(api, { types: ['RevisionFetched'] })
  const fetched = revisions.find(({ summary }) =>
    summary.startsWith(`${release?.revision ?? '-'} `),
  )
  if (fetched === undefined) return undefined
  const { correlationId } = fetched
  return (await readEvents(api, { types: ['PushReceived'], correlationId }))[0] ?? fetched
}

type Traced = FoundObject & { readonly push: EventView | undefined }

function tellObject({ object, application, release, source, push }: Traced): string {
  const commit = release?.commit
  const rows: readonly (readonly [string, string])[] = [
    ['Object', object === undefined ? '' : objectName(object)],
    ['Cluster', application?.cluster ?? ''],
    ['Application', application === undefined ? '' : shortName(application)],
    ['Release', `${release?.number ?? 0n} (${release?.outcome ?? ''})`],
    ['Revision', shortRevision(release?.revision ?? '')],
    ['Commit', commit === undefined ? '' : `${commit.subject} (${commit.author})`],
    ['Source', source === undefined ? '' : `${source.url} ${source.ref}`],
    ['Seen by', seenBy(push)],
  ]
  return rows
    .filter(([, value]) => value !== '')
    .map(([title, value]) => `${`${title}:`.padEnd(TITLE_WIDTH)}${value}`)
    .join('\n')
}

function seenBy(push: EventView | undefined): string {
  if (push === undefined) return ''
  const how = push.type === 'PushReceived' ? 'a webhook' : 'a look at the source'
  return `${how}, event ${push.position}, ${new Date(Number(push.atMs)).toISOString()}`
}

/** What became of a commit: every step, on every cluster, down to the objects that were written. */
async function traceCommit(api: ApiClient, commit: string, options: TraceOptions): Promise<void> {
  const revisions = await readEvents(api, { types: ['RevisionFetched'] })
  const fetched = revisions.filter(({ summary }) => summary.includes(`:${commit}`))
  if (fetched.length === 0)
    throw new CommandError(
      `no source was seen at commit ${commit}; tidemark get sources shows where they are`,
      EXIT.notFound,
    )
  const chains = fetched.map(({ correlationId, position }) =>
    readEvents(api, { correlationId, after: position > 1n ? position - 2n : 0n }),
  )
  const { cluster } = options
  const steps = (await Promise.all(chains))
    .flat()
    .filter((event) => cluster === undefined || event.cluster === '' || event.cluster === cluster)
  print(options.output, {
    value: { kind: 'List', items: steps },
    text: () => tellSteps(steps).join('\n'),
    names: () => steps.map(({ position }) => String(position)),
  })
}

function tellSteps(steps: readonly EventView[]): readonly string[] {
  const [first] = steps
  const began = first?.atMs ?? 0n
  return steps.flatMap((event) => {
    const after = `+${(Number(event.atMs - began) / 1000).toFixed(2)} s`.padStart(9)
    const of = event.stream.replace(/^\w+-/u, '')
    const head = `${after}  ${event.type.padEnd(18)}  ${of}  ${shortRevision(event.summary.split('\n')[0] ?? '')}`
    return [head.trimEnd(), ...objectsOf(event).map((text) => `${' '.repeat(13)}${text}`)]
  })
}

/** The objects that an apply set out to write; what is left as it is, is left out. */
function objectsOf({ type, bodyJson }: EventView): readonly string[] {
  if (type !== 'ApplyStarted') return []
  const body: { intents?: readonly { id?: string; action?: string }[] } = JSON.parse(bodyJson)
  return (body.intents ?? [])
    .map(({ id = '', action = '' }) => ({
      id,
      action: action.replace('OBJECT_ACTION_', '').toLowerCase(),
    }))
    .filter(({ action }) => action !== 'unchanged')
    .map(({ id, action }) => `${action} ${id}`)
}
