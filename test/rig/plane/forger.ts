// A connection to the bus of a platform with the login of somebody who is known there.
import { inboxPrefixOf, linkToNats, type NatsLink, type NatsUser } from '@tidemark/bus'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OBSERVER, type PlatformWorld, type ServiceName } from './platform.ts'

export async function linkAs(
  world: PlatformWorld,
  who: ServiceName | typeof OBSERVER,
): Promise<NatsLink> {
  const env = world.env()
  const seed = new Secret(readFileSync(join(world.folder, 'seeds', who), 'utf8').trim())
  return await linkToNats({
    servers: [world.nats.url],
    name: `test-${who}`,
    credentials: { kind: 'nkey', seed: () => seed },
    tls: {
      caFile: env['TIDEMARK_NATS_CA_FILE'] ?? '',
      certFile: env['TIDEMARK_NATS_CERT_FILE'] ?? '',
      keyFile: env['TIDEMARK_NATS_KEY_FILE'] ?? '',
    },
    inboxPrefix: inboxPrefixOf(userOf(who)),
    clock: systemClock,
    random: systemRandom,
  })
}

function userOf(who: ServiceName | typeof OBSERVER): NatsUser {
  const identity = { kind: 'nkey', publicKey: '' } as const
  if (who === OBSERVER) return { role: 'observer', identity, consumer: OBSERVER }
  return who === 'ledger'
    ? { role: 'ledger', identity }
    : { role: 'service', identity, service: who }
}
