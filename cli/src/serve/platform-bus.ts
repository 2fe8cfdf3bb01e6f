import {
  BusUnavailable,
  inboxPrefixOf,
  JetStreamBus,
  linkToNats,
  RequestTimedOut,
  SubjectForbidden,
  type NatsLink,
  type NatsUser,
} from '@tidemark/bus'
import { ledgerSubjects, SCOPE_ALL, WAKE_SUBJECT, type Writer } from '@tidemark/contracts'
import { OperatingError, Secret, type Clock, type Random } from '@tidemark/kernel'
import { backoffMs, ConfigError, WakeHints } from '@tidemark/service'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlatformConfig } from './platform-config.ts'

const PROBE_MS = 5_000
const PROBES_MAX = 4 // A bus that is busy may leave one unanswered, which says nothing.
const CONNECT_MS = 30_000 // For a bus that starts at the same time; then the process ends, and says why.

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

/**
 * Connects a service to the bus under its own identity, once the bus has shown that it keeps them apart. With a
 * scope it is confined to that one cluster.
 */
export async function connectService(
  deps: BusDeps,
  service: Writer,
  scope: string = SCOPE_ALL,
): Promise<ServiceBus> {
  const { config, clock, random } = deps
  const { servers, caFile, certFile, keyFile, seedsDir } = config.nats
  readSeed(seedsDir, service) // One that is missing is told before the bus asks for it.
  const stack = new AsyncDisposableStack()
  try {
    const link = stack.use(
      await linkInTime(deps, {
        servers,
        name: `tidemark-${service}-${config.hostName}`,
        credentials: { kind: 'nkey', seed: () => readSeed(seedsDir, service) },
        tls: {
          caFile,
          ...(certFile === undefined ? {} : { certFile }),
          ...(keyFile === undefined ? {} : { keyFile }),
        },
        inboxPrefix: inboxPrefixOf(userOf(service, scope)),
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

/** Connects; a bus that does not answer yet is asked again for a while. */
async function linkInTime(
  { clock, random }: BusDeps,
  options: Parameters<typeof linkToNats>[0],
): Promise<NatsLink> {
  const began = clock.monotonic()
  for (let tries = 1; ; tries += 1) {
    try {
      return await linkToNats(options)
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error
      if (clock.monotonic() - began >= CONNECT_MS)
        throw new ConfigError(
          `${error.message}; see that it runs, and that TIDEMARK_NATS_URLS is where`,
          { cause: error },
        )
      await clock.sleep(backoffMs(tries, random))
    }
  }
}

function userOf(service: Writer, scope: string): NatsUser {
  const identity = { kind: 'nkey', publicKey: '' } as const
  return service === 'ledger'
    ? { role: 'ledger', identity }
    : { role: 'service', identity, service, ...(scope === SCOPE_ALL ? {} : { scope }) }
}

/** A bus on which one service may write as another is none that the platform form runs on. */
async function refuseOpenBus(bus: JetStreamBus, service: Writer): Promise<void> {
  const other = service === 'applier' ? 'releaser' : 'applier'
  const subject = ledgerSubjects.append(other, '_')
  for (let tries = 1; ; tries += 1) {
    try {
      await bus.request(subject, new Uint8Array(), { timeoutMs: PROBE_MS })
      break
    } catch (error) {
      if (error instanceof SubjectForbidden) return
      const isSilence = error instanceof RequestTimedOut || error instanceof BusUnavailable
      if (!(error instanceof OperatingError) || (isSilence && tries >= PROBES_MAX)) throw error
      if (!isSilence) break
    }
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
