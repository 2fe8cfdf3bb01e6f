import { status, type ServiceError } from '@grpc/grpc-js'
import type { WatchEventsResponse } from '@tidemark/contracts'
import { connect, toCommandError } from '../client/api-client.ts'
import { formatJsonLine, say } from '../client/print.ts'
import { choiceOf, type OutputOptions } from './options.ts'

export interface EventsOptions extends OutputOptions {
  readonly follow?: boolean
  readonly after: string
  readonly application?: string
  readonly type: readonly string[]
}

/** `tidemark events [-f]`. */
export async function events(options: EventsOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const stream = api.raw.watchEvents(
    {
      after: BigInt(options.after),
      follow: options.follow === true,
      application: options.application ?? '',
      types: [...options.type],
      correlationId: '',
    },
    api.metadata,
  )
  process.once('SIGINT', () => stream.cancel())
  await new Promise<void>((resolve, reject) => {
    stream.on('data', ({ event }: WatchEventsResponse) => {
      if (event === undefined) return
      if (options.output.kind === 'json') return say(formatJsonLine(event))
      const at = new Date(Number(event.atMs)).toISOString()
      say(
        `${String(event.position).padStart(6)}  ${at}  ${event.type.padEnd(22)}  ${event.stream}  ${event.summary}`,
      )
    })
    stream.on('end', resolve)
    stream.on('error', (error: ServiceError) => {
      if (error.code === status.CANCELLED) resolve()
      else reject(toCommandError(error))
    })
  })
}
