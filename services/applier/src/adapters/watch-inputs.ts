import { readReleaseSecret, releaseSelector, ReleaseUnreadable } from '@tidemark/apply'
import { inputId, type ClusterInputRef } from '@tidemark/contracts'
import { encodeCapabilities } from '@tidemark/flux'
import type { FollowEvent, KubeClient, KubeObject } from '@tidemark/kube'
import { goOn, type KnownInputs, type Steps, type Surroundings } from '@tidemark/service'
import { observeInput, type ObserveInputDeps, type SeenInput } from '../steps/observe-input.ts'

const KINDS: ReadonlySet<string> = new Set(['Secret', 'ConfigMap', 'Capabilities', 'HelmRelease'])
const DEFINITIONS = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
}
// Definitions come many at once, and the server serves them a moment after it has them.
const SERVED_MS = 1_000
const DEPLOYED = 'status=deployed'

export interface WatchInputsOptions {
  readonly client: KubeClient
  readonly surroundings: Surroundings
  readonly inputs: KnownInputs
  /** The cluster, its project, and the lease that it is looked after under. */
  readonly name: string
  readonly project: string
  readonly epoch: bigint
}

/** One watch for each Secret or ConfigMap that was asked for, by its name: nothing else of its kind is read. */
export class InputWatches implements AsyncDisposable {
  readonly #options: WatchInputsOptions
  readonly #watches = new Map<string, { ending: AbortController; ended: Promise<void> }>()

  constructor(options: WatchInputsOptions) {
    this.#options = options
  }

  /** Looks at it from now on. It is told again also where it is as it was. */
  begin(ref: ClusterInputRef): void {
    const { log } = this.#options.surroundings
    this.end(ref)
    if (!KINDS.has(ref.kind)) {
      log.warn('no such input can be read from a cluster', { input: inputId(ref) })
      return
    }
    const ending = new AbortController()
    const ended = this.#follow(ref, ending.signal).catch((error: unknown) => {
      this.#lost(ref, error, ending.signal)
    })
    this.#watches.set(inputId(ref), { ending, ended })
  }

  end(ref: ClusterInputRef): void {
    this.#watches.get(inputId(ref))?.ending.abort()
    this.#watches.delete(inputId(ref))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { ending } of this.#watches.values()) ending.abort()
    await Promise.all([...this.#watches.values()].map(({ ended }) => ended))
  }

  #follow(ref: ClusterInputRef, signal: AbortSignal): Promise<void> {
    return ref.kind === 'Capabilities'
      ? this.#followCapabilities(ref, signal)
      : this.#followObject(ref, signal)
  }

  /** What the server serves now, and again behind each change of its definitions. */
  async #followCapabilities(ref: ClusterInputRef, signal: AbortSignal): Promise<void> {
    const { client, surroundings } = this.#options
    let isDue = false
    const look = async (): Promise<void> => {
      isDue = false
      await goOn(
        surroundings,
        async (ending) => this.#observe(ref, await readCapabilities(client, ending), ending),
        signal,
      )
    }
    await look()
    for await (const { kind } of client.follow(DEFINITIONS, {}, signal)) {
      if (isDue || kind === 'interrupted') continue
      isDue = true
      void surroundings.clock
        .sleep(SERVED_MS, signal)
        .then(look)
        .catch((error: unknown) => this.#lost(ref, error, signal))
    }
  }

  async #followObject(ref: ClusterInputRef, signal: AbortSignal): Promise<void> {
    const { client, surroundings } = this.#options
    const isRelease = ref.kind === 'HelmRelease'
    const kind = { group: '', version: 'v1', kind: isRelease ? 'Secret' : ref.kind }
    const { namespace, name } = ref
    const selection = isRelease
      ? { namespace, labelSelector: `${releaseSelector(name)},${DEPLOYED}` }
      : { namespace, fieldSelector: `metadata.name=${name}` }
    for await (const event of client.follow(kind, selection, signal)) {
      const seen = seenOf(event, isRelease ? installedValues : valuesOf)
      if (seen === undefined) continue
      await goOn(surroundings, (ending) => this.#observe(ref, seen, ending), signal)
    }
  }

  #observe(ref: ClusterInputRef, seen: SeenInput, signal: AbortSignal): Promise<void> {
    const { surroundings, inputs, name, project, epoch } = this.#options
    const deps: ObserveInputDeps = { surroundings, inputs, name, project, epoch }
    return observeInput(deps, { ref, seen }, signal)
  }

  #lost(ref: ClusterInputRef, error: unknown, signal: AbortSignal): void {
    const { log } = this.#options.surroundings
    if (signal.aborted) return
    log.error('an input is not watched any more', { input: inputId(ref), error: String(error) })
  }
}

/** Looks at what is asked for, until nobody needs it: a source and an application may need the same. */
export function inputSteps(watches: InputWatches, inputs: KnownInputs): Steps {
  return {
    ClusterInputRequested: async ({ event: { value } }) => {
      if (value.input !== undefined) watches.begin(value.input)
    },
    ClusterInputReleased: async ({ event: { value } }) => {
      const { input } = value
      if (input !== undefined && !inputs.get(input).requested) watches.end(input)
    },
  }
}

/** As Helm asks a server: its version, each version of a group, and each kind in it. */
async function readCapabilities(client: KubeClient, signal: AbortSignal): Promise<SeenInput> {
  client.forgetResources()
  const [kubeVersion, { all }] = await Promise.all([
    client.version(signal),
    client.resources(signal),
  ])
  const apiVersions = all.flatMap(({ group, version, kind }) => {
    const apiVersion = group === '' ? version : `${group}/${version}`
    return [apiVersion, `${apiVersion}/${kind}`]
  })
  const values = encodeCapabilities({ kubeVersion, apiVersions: [...new Set(apiVersions)] })
  return { kind: 'found', values }
}

function seenOf(
  event: FollowEvent,
  read: (object: KubeObject) => ReadonlyMap<string, Uint8Array>,
): SeenInput | undefined {
  switch (event.kind) {
    case 'listed': {
      const [object] = event.objects
      return object === undefined ? { kind: 'absent' } : { kind: 'found', values: read(object) }
    }
    case 'changed':
      return { kind: 'found', values: read(event.object) }
    case 'deleted':
      return { kind: 'absent' }
    case 'interrupted':
      return { kind: 'unreadable', message: event.message }
    default:
      return undefined
  }
}

/** Of a release that Helm has installed: the manifest. One that nobody can read has none. */
function installedValues(secret: KubeObject): ReadonlyMap<string, Uint8Array> {
  try {
    const { json } = readReleaseSecret(secret).record
    const { manifest } = json
    return new Map(typeof manifest === 'string' ? [['manifest', Buffer.from(manifest)]] : [])
  } catch (error) {
    if (error instanceof ReleaseUnreadable) return new Map()
    throw error
  }
}

/** A Secret has all of it in base64; a ConfigMap has text in `data`, and bytes in `binaryData`. */
function valuesOf(object: KubeObject): ReadonlyMap<string, Uint8Array> {
  const isSecret = object['kind'] === 'Secret'
  const values = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries(Object(object['data'])))
    if (typeof value === 'string') values.set(key, Buffer.from(value, isSecret ? 'base64' : 'utf8'))
  for (const [key, value] of Object.entries(Object(object['binaryData'])))
    if (typeof value === 'string') values.set(key, Buffer.from(value, 'base64'))
  return values
}
