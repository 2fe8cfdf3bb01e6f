import { connect } from '../client/api-client.ts'
import { CommandError } from '../client/exit-codes.ts'
import { formatJson, formatTable, say } from '../client/print.ts'
import { choiceOf, type OutputOptions } from './options.ts'

/** `tidemark audit list`. */
export async function list(
  options: OutputOptions & {
    readonly after: string
    readonly limit: string
    readonly application?: string
  },
): Promise<void> {
  using api = await connect(choiceOf(options))
  const { events, checkpoint } = await api.call(api.raw.listAudit, {
    after: BigInt(options.after),
    limit: Number(options.limit),
    application: options.application ?? '',
  })
  if (options.output === 'json') return say(formatJson({ kind: 'List', items: events, checkpoint }))
  const columns = [
    { title: 'POSITION', value: (event: (typeof events)[number]) => String(event.position) },
    {
      title: 'TIME',
      value: (event: (typeof events)[number]) => new Date(Number(event.atMs)).toISOString(),
    },
    { title: 'WHO', value: (event: (typeof events)[number]) => event.actor },
    { title: 'WHAT', value: (event: (typeof events)[number]) => event.type },
    { title: 'OF', value: (event: (typeof events)[number]) => event.stream },
    { title: 'DETAIL', value: (event: (typeof events)[number]) => event.summary },
  ]
  say(formatTable(columns, events, options.output))
}

/** `tidemark audit verify`: 0 where the record holds, 1 where it does not. */
export async function verify(options: OutputOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const verified = await api.call(api.raw.verifyAudit, {})
  if (options.output === 'json') say(formatJson(verified))
  else {
    say(`${verified.good ? 'good' : 'TAMPERED'}: ${verified.message}`)
    if (verified.publicKey !== '') say(`key:  ${verified.publicKey}`)
    if (verified.size > 0n)
      say(`root: ${Buffer.from(verified.root).toString('base64')} over ${verified.size} events`)
  }
  if (!verified.good) throw new CommandError('the record does not hold')
}
