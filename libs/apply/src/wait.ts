import { displayName, field, isJsonList, textField } from '@tidemark/manifests'

import type { ClusterPort } from './cluster-port.ts'
import { healthOf } from './health/health.ts'
import type { PlannedObject } from './plan.ts'

const DEFINITION_MS_MAX = 60_000 // As Flux: a definition that is not served by then is a failure.
const POLL_MS_MIN = 50
const POLL_MS_MAX = 1_000

/**
 * Waits until each definition among `objects` is established and its kinds are served, so that objects of these kinds can
 * be applied. Returns those that are not, after a minute.
 */
export async function waitForDefinitions(
  port: ClusterPort,
  objects: readonly PlannedObject[],
  signal: AbortSignal,
): Promise<readonly { readonly object: PlannedObject; readonly message: string }[]> {
  const definitions = objects.filter(
    ({ manifest }) => manifest.identity.kind === 'CustomResourceDefinition',
  )
  const until = port.clock.monotonic() + DEFINITION_MS_MAX
  const late: { readonly object: PlannedObject; readonly message: string }[] = []
  for (const object of definitions) {
    const message = await waitForOne(port, { object, until }, signal)
    if (message !== undefined) late.push({ object, message })
  }
  return late
}

async function waitForOne(
  port: ClusterPort,
  { object, until }: { readonly object: PlannedObject; readonly until: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  let message = 'it is not established'
  for (let wait = POLL_MS_MIN; ; wait = Math.min(wait * 2, POLL_MS_MAX)) {
    const found = await port.client.get(object.manifest.identity, signal)
    const health =
      found.kind === 'found' ? healthOf(found.object, { nowMs: port.clock.now() }) : undefined
    if (health?.kind === 'failed') return health.message
    if (health?.kind === 'healthy' && (await isServed(port, object, signal))) return undefined
    if (health !== undefined && health.kind !== 'healthy') message = health.message
    if (port.clock.monotonic() >= until)
      return `${displayName(object.manifest.identity)} after ${DEFINITION_MS_MAX / 1_000} s: ${message}`
    await port.clock.sleep(wait, signal)
    signal.throwIfAborted()
  }
}

/** An established definition is served a moment later: discovery says when. */
async function isServed(
  { client }: ClusterPort,
  { manifest }: PlannedObject,
  signal: AbortSignal,
): Promise<boolean> {
  client.forgetResources()
  const resources = await client.resources(signal)
  const group = textField(manifest.object, 'spec', 'group') ?? ''
  const kind = textField(manifest.object, 'spec', 'names', 'kind') ?? ''
  const versions = field(manifest.object, 'spec', 'versions')
  const served = isJsonList(versions)
    ? versions.filter((version) => field(version, 'served') === true)
    : []
  return served.every(
    (version) =>
      resources.find({ group, version: textField(version, 'name') ?? '', kind }) !== undefined,
  )
}
