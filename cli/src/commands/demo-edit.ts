import { systemClock } from '@tidemark/kernel'
import { connect } from '../client/api-client.ts'
import { openCluster } from '../client/cluster-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { say } from '../client/print.ts'
import { readEvents } from '../client/read-events.ts'
import { choiceOf, type ServerOptions } from './options.ts'

const CLUSTER = 'eu'
const DEPLOYMENT = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'shop',
}
const REPLICAS = 9
const HEALED_MS_MAX = 20_000
const LOOK_MS = 100

/** `tidemark demo edit`: what `kubectl scale` would do on eu, and how it is put back. */
export async function demoEdit(options: ServerOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const { dataDir } = options
  const client = { cluster: CLUSTER, context: undefined, kubeconfig: undefined, dataDir }
  await using cluster = await openCluster(client)
  using limit = systemClock.deadline(HEALED_MS_MAX)
  const { head } = await api.call(api.raw.getStatus, {})
  const operations = JSON.stringify([{ op: 'replace', path: '/spec/replicas', value: REPLICAS }])
  const edited = await cluster.patch(
    { ref: DEPLOYMENT, operations },
    { fieldManager: 'kubectl-edit' },
    limit.signal,
  )
  if (edited.kind === 'refused')
    throw new CommandError(
      `Deployment/shop/shop cannot be edited: ${edited.message}`,
      EXIT.conflict,
    )
  const began = systemClock.monotonic()
  say(`edited Deployment/shop/shop on ${CLUSTER}: spec.replicas is ${REPLICAS}`)
  while (!limit.signal.aborted) {
    const types = ['DriftDetected', 'DriftCorrected']
    const seen = await readEvents(api, { after: head, types })
    const own = seen.filter(({ cluster: where }) => where === CLUSTER)
    if (own.some(({ type }) => type === 'DriftCorrected')) {
      const found = own.find(({ type }) => type === 'DriftDetected')
      const seconds = ((systemClock.monotonic() - began) / 1000).toFixed(1)
      say(`put back after ${seconds} s: ${found?.summary ?? ''}`)
      return
    }
    await systemClock.sleep(LOOK_MS)
  }
  throw new CommandError('it was not put back; tidemark why eu/shop says why', EXIT.notReady)
}
