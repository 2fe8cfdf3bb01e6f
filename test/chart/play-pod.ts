import {
  field,
  isJsonList,
  isJsonObject,
  textField,
  type Json,
  type JsonObject,
} from '@tidemark/manifests'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Child, freePort } from '../rig/components/child.ts'

/** What a cluster would hold: the data of Secrets and ConfigMaps by name. */
export type Data = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface PodOptions {
  readonly deployment: JsonObject
  /** The folder that stands for the pod's file system. */
  readonly dir: string
  readonly data: Data
  /** The root of the checkout that stands for the image. */
  readonly root: string
}

/** A container of the chart as a process of this machine. */
export interface PlayedPod extends AsyncDisposable {
  readonly apiPort: number
  readonly log: () => string
}

/**
 * Runs the container of a Deployment as a kubelet would: its arguments, its environment and nothing else of ours,
 * its volumes in a folder, and waits for its readiness probe. Ports are free ones, as all pods share one machine.
 */
export async function playPod({ deployment, dir, data, root }: PodOptions): Promise<PlayedPod> {
  const pod = field(deployment, 'spec', 'template', 'spec')
  const [container] = list(field(pod, 'containers'))
  const mounts = mount({ pod, container, dir, data })
  const placed = (value: string): string => {
    const path = mounts.find((one) => value === one || value.startsWith(`${one}/`))
    return path === undefined ? value : join(dir, value)
  }
  const variables = list(field(container, 'env')).map((entry): [string, string] => [
    textField(entry, 'name') ?? '',
    placed(textField(entry, 'value') ?? secretValue(entry, data)),
  ])
  const [admin, apiPort, hooks] = [await freePort(), await freePort(), await freePort()]
  const probe = textField(container, 'readinessProbe', 'httpGet', 'path') ?? ''
  const args = texts(field(container, 'args'))
  const child = new Child({
    name: args.join('-'),
    program: process.execPath,
    args: ['--conditions=source', join(root, 'cli/src/main.ts'), ...args],
    dir,
    env: {
      ...Object.fromEntries(variables),
      PATH: process.env['PATH'] ?? '',
      HOSTNAME: textField(deployment, 'metadata', 'name') ?? '',
      TIDEMARK_HOST: '127.0.0.1',
      TIDEMARK_ADMIN_PORT: String(admin),
      TIDEMARK_API_PORT: String(apiPort),
      TIDEMARK_HOOK_PORT: String(hooks),
    },
    ready: async () => (await fetch(`http://127.0.0.1:${admin}${probe}`)).ok,
    readyMs: 90_000,
  })
  await child.start()
  return {
    apiPort,
    log: () => child.log(),
    [Symbol.asyncDispose]: () => child.stop('SIGKILL'),
  }
}

/** Writes each volume where it is mounted, and gives the places. */
function mount({
  pod,
  container,
  dir,
  data,
}: {
  readonly pod: Json | undefined
  readonly container: JsonObject | undefined
  readonly dir: string
  readonly data: Data
}): readonly string[] {
  const volumes = list(field(pod, 'volumes'))
  return list(field(container, 'volumeMounts')).map((entry) => {
    const place = textField(entry, 'mountPath') ?? ''
    const volume = volumes.find((one) => textField(one, 'name') === textField(entry, 'name'))
    mkdirSync(join(dir, place), { recursive: true })
    for (const [name, text] of Object.entries(filesOf(volume ?? {}, data))) {
      mkdirSync(dirname(join(dir, place, name)), { recursive: true })
      writeFileSync(join(dir, place, name), text, { mode: 0o600 })
    }
    return place
  })
}

function filesOf(volume: JsonObject, data: Data): Readonly<Record<string, string>> {
  const name = textField(volume, 'secret', 'secretName') ?? textField(volume, 'configMap', 'name')
  if (name === undefined) return {}
  const held = dataOf(name, data)
  const items = field(volume, 'secret', 'items')
  if (items === undefined) return held
  return Object.fromEntries(
    list(items).map((item) => {
      const key = textField(item, 'key') ?? ''
      const text = held[key]
      if (text === undefined) throw new Error(`Secret/${name} has no key ${key}`)
      return [textField(item, 'path') ?? '', text]
    }),
  )
}

function secretValue(entry: JsonObject, data: Data): string {
  const name = textField(entry, 'valueFrom', 'secretKeyRef', 'name') ?? ''
  const key = textField(entry, 'valueFrom', 'secretKeyRef', 'key') ?? ''
  return dataOf(name, data)[key] ?? ''
}

function dataOf(name: string, data: Data): Readonly<Record<string, string>> {
  const held = data[name]
  if (held === undefined) throw new Error(`nothing is called ${name}: the pod would not start`)
  return held
}

function list(value: Json | undefined): readonly JsonObject[] {
  return isJsonList(value) ? value.filter((item) => isJsonObject(item)) : []
}

function texts(value: Json | undefined): readonly string[] {
  return isJsonList(value) ? value.filter((item) => typeof item === 'string') : []
}
