import { status, type ServiceError } from '@grpc/grpc-js'
import type { EventView, WatchEventsResponse } from '@tidemark/contracts'
import { connect, toCommandError } from '../client/api-client.ts'
import { formatJsonLine, print, say, shortRevision } from '../client/print.ts'
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
      if (options.output.kind === 'yaml') say('---')
      print(options.output, {
        value: event,
        text: () => lineOf(event),
        names: () => [String(event.position)],
      })
    })
    stream.on('end', resolve)
    stream.on('error', (error: ServiceError) => {
      if (error.code === status.CANCELLED) resolve()
      else reject(toCommandError(error))
    })
  })
}

function lineOf({ position, atMs, type, stream, summary }: EventView): string {
  const at = new Date(Number(atMs)).toISOString()
  const line = `${String(position).padStart(6)}  ${at}  ${type.padEnd(22)}  ${stream}  ${shortRevision(summary)}`
  return line.trimEnd()
}
