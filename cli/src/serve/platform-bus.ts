import {
  inboxPrefixOf,
  JetStreamBus,
  linkToNats,
  SubjectForbidden,
  type NatsLink,
  type NatsUser,
} from '@tidemark/bus'
import { ledgerSubjects, WAKE_SUBJECT, type Writer } from '@tidemark/contracts'
import { OperatingError, Secret, type Clock, type Random } from '@tidemark/kernel'
import { ConfigError, WakeHints } from '@tidemark/service'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlatformConfig } from './platform-config.ts'

const PROBE_MS = 2_000

export interface ServiceBus extends AsyncDisposable {
  readonly link: NatsLink
  readonly bus: JetStreamBus
  readonly wake: WakeHints
}

interface BusDeps {
  readonly config: PlatformConfig
  readonly clock: Clock
  readonly random: Random
}

/** Connects a service to the bus under its own identity, once the bus has shown that it keeps them apart. */
export async function connectService(deps: BusDeps, service: Writer): Promise<ServiceBus> {
  const { config, clock, random } = deps
  const { servers, caFile, certFile, keyFile, seedsDir } = config.nats
  readSeed(seedsDir, service) // One that is missing is told before the bus asks for it.
  const stack = new AsyncDisposableStack()
  try {
    const link = stack.use(
      await linkToNats({
        servers,
        name: `tidemark-${service}-${config.holder}`,
        credentials: { kind: 'nkey', seed: () => readSeed(seedsDir, service) },
        tls: {
          caFile,
          ...(certFile === undefined ? {} : { certFile }),
          ...(keyFile === undefined ? {} : { keyFile }),
        },
        inboxPrefix: inboxPrefixOf(userOf(service)),
        clock,
        random,
      }),
    )
    const bus = stack.use(new JetStreamBus(link))
    await refuseOpenBus(bus, service)
    const wake = new WakeHints(clock)
    stack.use(bus.onWake(WAKE_SUBJECT, wake.hint))
    return { link, bus, wake, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

function userOf(service: Writer): NatsUser {
  const identity = { kind: 'nkey', publicKey: '' } as const
  return service === 'ledger'
    ? { role: 'ledger', identity }
    : { role: 'service', identity, service }
}

/** A bus on which one service may write as another is none that the platform form runs on. */
async function refuseOpenBus(bus: JetStreamBus, service: Writer): Promise<void> {
  const other = service === 'applier' ? 'releaser' : 'applier'
  const subject = ledgerSubjects.append(other, '_')
  try {
    await bus.request(subject, new Uint8Array(), { timeoutMs: PROBE_MS })
  } catch (error) {
    if (error instanceof SubjectForbidden) return
    if (!(error instanceof OperatingError)) throw error
  }
  throw new ConfigError(
    `the bus lets ${service} publish on ${subject}: give each service a user with its own subjects, as docs/operations.md shows`,
  )
}

function readSeed(folder: string, service: Writer): Secret<string> {
  const path = join(folder, service)
  try {
    return new Secret(readFileSync(path, 'utf8').trim())
  } catch (error) {
    throw new ConfigError(`cannot read the nkey seed of ${service} at ${path}`, { cause: error })
  }
}
