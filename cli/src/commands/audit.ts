import type { EventView, VerifyAuditResponse } from '@tidemark/contracts'
import { connect } from '../client/api-client.ts'
import { CommandError } from '../client/exit-codes.ts'
import { formatTable, print, shortRevision, type Column } from '../client/print.ts'
import { paint } from '../client/terminal.ts'
import { choiceOf, type OutputOptions } from './options.ts'

/** `tidemark audit list`. */
export async function list(
  options: OutputOptions & {
    readonly after: string
    readonly limit: string
    readonly last?: number
    readonly application?: string
  },
): Promise<void> {
  const { application = '', last } = options
  using api = await connect(choiceOf(options))
  const head = last === undefined ? 0n : (await api.call(api.raw.getStatus, {})).head
  const isAll = application !== '' && last !== undefined // The newest ones of one may be far back.
  const after = last === undefined ? BigInt(options.after) : head - BigInt(last)
  const { events, checkpoint } = await api.call(api.raw.listAudit, {
    after: isAll || after < 0n ? 0n : after,
    limit: last === undefined ? Number(options.limit) : 0,
    application,
  })
  const items = last === undefined ? events : events.slice(-last)
  print(options.output, {
    value: { kind: 'List', items, checkpoint },
    text: () => formatTable(COLUMNS, items, { form: options.output.kind, stream: process.stdout }),
    names: () => items.map(({ position }) => String(position)),
  })
}

const COLUMNS: readonly Column<EventView>[] = [
  { title: 'POSITION', value: ({ position }) => String(position) },
  { title: 'TIME', value: ({ atMs }) => new Date(Number(atMs)).toISOString() },
  { title: 'WHO', value: ({ actor }) => actor },
  { title: 'WHAT', value: ({ type }) => type },
  { title: 'OF', value: ({ stream }) => stream },
  { title: 'DETAIL', value: ({ summary }) => shortRevision(summary.split('\n')[0] ?? '') },
]

/** `tidemark audit verify`: 0 where the record holds, 1 where it does not. */
export async function verify(options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const verified = await api.call(api.raw.verifyAudit, {})
  print(options.output, { value: verified, text: () => tellVerdict(verified) })
  if (!verified.good) throw new CommandError('the record does not hold')
}

function tellVerdict({ good, message, publicKey, size, root }: VerifyAuditResponse): string {
  const word = paint(process.stdout, good ? 'good' : 'TAMPERED', good ? 'good' : 'bad')
  return [
    `${word}: ${message}`,
    ...(publicKey === '' ? [] : [`key:  ${publicKey}`]),
    ...(size > 0n ? [`root: ${Buffer.from(root).toString('base64')} over ${size} events`] : []),
  ].join('\n')
}
