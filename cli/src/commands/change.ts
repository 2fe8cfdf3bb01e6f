import { Phase, type ApplicationView } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { connect, type ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print, say } from '../client/print.ts'
import { choiceOf, type OutputOptions, type ServerOptions } from './options.ts'
import { readDuration } from './up-options.ts'
import { idOf } from './wait.ts'
import { waitUntil } from './wait-until.ts'

interface Accepted {
  readonly requestId: string
  readonly position: bigint
}

/** With `--wait`, until what was asked for is done. */
interface WaitingOptions extends OutputOptions {
  readonly wait?: boolean
  readonly timeout: string
}

interface Asked {
  readonly application: string
  readonly accepted: Accepted
  readonly text: string
  /** Whether the application is as it was asked to be. */
  readonly isThere: (view: ApplicationView) => boolean
  /** Where nothing may have been left to do, nothing need answer. */
  readonly answered?: 'perhaps'
}

/** Waits where that is asked for, and tells. */
async function answer(api: ApiClient, options: WaitingOptions, asked: Asked): Promise<void> {
  const { accepted, text } = asked
  if (options.wait === true) await waitForAnswer(api, options, asked)
  print(options.output, { value: accepted, text: () => `${text} (event ${accepted.position})` })
}

/** Until the application has answered the request, and is as it was asked to be. */
async function waitForAnswer(
  api: ApiClient,
  { timeout }: WaitingOptions,
  { application, accepted, isThere, answered }: Asked,
): Promise<void> {
  const id = await idOf(api, application)
  await waitUntil({
    look: async () => {
      const all = { cluster: '', namespace: '' }
      const { applications } = await api.call(api.raw.listApplications, all)
      return applications.filter(({ applicationId }) => applicationId === id)
    },
    isThere: (view) =>
      (answered === 'perhaps' || view.changedAtPosition > accepted.position) && isThere(view),
    timeoutMs: readDuration(timeout, '--timeout'),
    timeout,
  })
}

function isReady({ phase }: ApplicationView): boolean {
  return phase === Phase.PHASE_READY
}

function isSuspended({ phase }: ApplicationView): boolean {
  return phase === Phase.PHASE_SUSPENDED
}

/** `tidemark rollback APPLICATION --to N --reason TEXT`, or `--lift`. */
export async function rollback(
  application: string,
  options: WaitingOptions & {
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
    const text = `${application} goes on to its newest release`
    const isThere = (view: ApplicationView): boolean => isReady(view) && view.held === 0n
    return await answer(api, options, { application, accepted, text, isThere })
  }
  const number = BigInt(to ?? 0)
  const accepted = await api.call(api.raw.rollBack, { application, number, reason, requestId })
  const text = `${application} goes back to release ${number}, until --lift`
  const isThere = (view: ApplicationView): boolean =>
    isReady(view) && view.held === number && view.applied === number
  await answer(api, options, { application, accepted, text, isThere })
}

/** `tidemark reconcile NAME`. */
export async function reconcile(
  name: string,
  options: WaitingOptions & {
    readonly source?: boolean
    readonly withSource?: boolean
    readonly approvePrune?: boolean
    readonly rotateGenerated?: boolean
    readonly reason: string
  },
): Promise<void> {
  const isSource = options.source === true
  if (options.wait === true && (isSource || options.withSource === true))
    throw new CommandError(
      'a source that has not changed answers nothing that could be waited for: leave --wait out, and use tidemark wait NAME --commit ID',
      EXIT.usage,
    )
  using api = await connect(choiceOf(options))
  const accepted = await api.call(api.raw.reconcile, {
    application: isSource ? '' : name,
    source: isSource ? name : '',
    withSource: options.withSource === true,
    approvePrune: options.approvePrune === true,
    rotateGenerated: options.rotateGenerated === true,
    reason: options.reason,
    requestId: '',
  })
  const text = `${name} is looked at`
  await answer(api, options, { application: name, accepted, text, isThere: isReady })
}

/** `tidemark suspend APPLICATION --reason TEXT [--until TIME]`. */
export async function suspend(
  application: string,
  options: WaitingOptions & { readonly reason: string; readonly until?: string },
): Promise<void> {
  const until = readUntil(options.until)
  using api = await connect(choiceOf(options))
  const request = { application, reason: options.reason, untilMs: BigInt(until), requestId: '' }
  const accepted = await api.call(api.raw.suspend, request)
  const text = `${application} is suspended`
  await answer(api, options, { application, accepted, text, isThere: isSuspended })
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
  options: WaitingOptions & { readonly reason: string },
): Promise<void> {
  using api = await connect(choiceOf(options))
  const request = { application, reason: options.reason, requestId: '' }
  const accepted = await api.call(api.raw.resume, request)
  const text = `${application} goes on`
  const asked = { application, accepted, text, isThere: isReady, answered: 'perhaps' } as const
  await answer(api, options, asked)
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
