import { systemClock } from '@tidemark/kernel'
import { connect } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print, say } from '../client/print.ts'
import { choiceOf, type OutputOptions, type ServerOptions } from './options.ts'
import { readDuration } from './up-options.ts'

interface Accepted {
  readonly requestId: string
  readonly position: bigint
}

function show({ output }: OutputOptions, accepted: Accepted, text: string): void {
  print(output, { value: accepted, text: () => `${text} (event ${accepted.position})` })
}

/** `tidemark rollback APPLICATION --to N --reason TEXT`, or `--lift`. */
export async function rollback(
  application: string,
  options: OutputOptions & {
    readonly to?: number
    readonly lift?: boolean
    readonly reason?: string
  },
): Promise<void> {
  const { to, lift = false, reason = '' } = options
  if (lift === (to !== undefined))
    throw new CommandError('say --to N for the release to put back, or --lift to go on', EXIT.usage)
  if (!lift && reason === '') throw new CommandError('say why: --reason', EXIT.usage)
  if (to === 0) throw new CommandError('--to takes the number of a release, from 1', EXIT.usage)
  using api = await connect(choiceOf(options))
  const requestId = ''
  if (lift) {
    const accepted = await api.call(api.raw.liftHold, { application, reason, requestId })
    return show(options, accepted, `${application} goes on to its newest release`)
  }
  const number = BigInt(to ?? 0)
  const accepted = await api.call(api.raw.rollBack, { application, number, reason, requestId })
  show(options, accepted, `${application} goes back to release ${number}, until --lift`)
}

/** `tidemark reconcile NAME`. */
export async function reconcile(
  name: string,
  options: OutputOptions & {
    readonly source?: boolean
    readonly withSource?: boolean
    readonly approvePrune?: boolean
    readonly rotateGenerated?: boolean
    readonly reason: string
  },
): Promise<void> {
  using api = await connect(choiceOf(options))
  const isSource = options.source === true
  const accepted = await api.call(api.raw.reconcile, {
    application: isSource ? '' : name,
    source: isSource ? name : '',
    withSource: options.withSource === true,
    approvePrune: options.approvePrune === true,
    rotateGenerated: options.rotateGenerated === true,
    reason: options.reason,
    requestId: '',
  })
  show(options, accepted, `${name} is looked at`)
}

/** `tidemark suspend APPLICATION --reason TEXT [--until TIME]`. */
export async function suspend(
  application: string,
  options: OutputOptions & { readonly reason: string; readonly until?: string },
): Promise<void> {
  const until = readUntil(options.until)
  using api = await connect(choiceOf(options))
  const request = { application, reason: options.reason, untilMs: BigInt(until), requestId: '' }
  show(options, await api.call(api.raw.suspend, request), `${application} is suspended`)
}

/** A time, or a duration from now; 0 where none is given. */
function readUntil(text: string | undefined): number {
  if (text === undefined) return 0
  const now = systemClock.now()
  const until = /^[\d.]+(?:ms|s|m|h)/u.test(text)
    ? now + readDuration(text, '--until')
    : Date.parse(text)
  if (Number.isNaN(until))
    throw new CommandError(
      `--until ${text}: write a time such as 2026-12-24T18:00:00Z, or a duration such as 2h`,
      EXIT.usage,
    )
  if (until <= now)
    throw new CommandError(`--until ${text} has passed: it would end at once`, EXIT.usage)
  return until
}

/** `tidemark resume APPLICATION`. */
export async function resume(
  application: string,
  options: OutputOptions & { readonly reason: string },
): Promise<void> {
  using api = await connect(choiceOf(options))
  const request = { application, reason: options.reason, requestId: '' }
  show(options, await api.call(api.raw.resume, request), `${application} goes on`)
}

/** `tidemark parked retry|skip READER POSITION --reason TEXT`. */
export async function resolveParked(
  { resolution, reader, position }: { resolution: string; reader: string; position: string },
  options: ServerOptions & { readonly reason: string },
): Promise<void> {
  if (!/^\d+$/u.test(position)) throw new CommandError(`'${position}' is no position`, EXIT.usage)
  using api = await connect(choiceOf(options))
  const request = {
    reactor: reader,
    position: BigInt(position),
    resolution,
    reason: options.reason,
  }
  await api.call(api.raw.resolveParked, request)
  say(`${reader} ${position}: ${resolution}`)
}
