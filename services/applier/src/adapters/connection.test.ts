import { event, streams } from '@tidemark/contracts'
import { MemoryLedger } from '@tidemark/event-store'
import { VirtualClock } from '@tidemark/kernel/testing'
import { silentLogger } from '@tidemark/service'
import { expect, test } from 'vitest'
import { Connection } from './connection.ts'

test('a change of the connection is told once, with why, also by the next process', async () => {
  const ledger = new MemoryLedger({ clock: new VirtualClock() })
  const { store, leases } = ledger.clientFor('applier', '_')
  const stream = streams.connection('dev')
  const told = async (): Promise<number> => (await store.readStream(stream, 0n)).length
  const connect = async (holder: string): Promise<Connection> => {
    const { epoch } = await leases.acquire({ resource: 'applier-dev', holder, ttlMs: 1_000 })
    await leases.release({ resource: 'applier-dev', holder })
    const registered = event('ClusterRegistered', { cluster: 'dev', project: 'default' }).value
    return new Connection({
      surroundings: { store, log: silentLogger, build: '1' },
      registered,
      epoch,
    })
  }
  const first = await connect('first')
  await first.tell(true, '')
  expect(await told()).toBe(0)
  await first.tell(false, 'kubeconfig /etc/tidemark/kubeconfig: there is no context "dev"')
  await first.tell(false, 'again')
  expect(await told()).toBe(1)
  const second = await connect('second')
  await second.tell(false, 'still')
  expect(await told()).toBe(1)
  await Promise.all([second.tell(true, ''), second.tell(false, 'away')])
  expect(await told()).toBe(3)
})
