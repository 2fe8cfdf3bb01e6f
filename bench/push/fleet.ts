import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const APPLICATIONS = 100
export const KINDS = ['ServiceAccount', 'ConfigMap', 'Service', 'Deployment', 'Ingress'] as const
export type Kind = (typeof KINDS)[number]

/** Says on each object at which push it was last changed. */
export const GENERATION = 'bench.example.com/generation'
/** Says whose an object is: the plane's, or the bare loop's. Watches select by it. */
export const FLEET = 'bench.example.com/fleet'

const NAMESPACES = 10
const run = promisify(execFile) // The Git server is in this process: nothing here may block.

export interface FleetObject {
  readonly apiVersion: string
  readonly kind: Kind
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** The namespace of an application, ten applications to each. */
export function namespaceOf(fleet: string, application: number): string {
  return `${fleet}-${application % NAMESPACES}`
}

/** All namespaces of a fleet. */
export function namespacesOf(fleet: string): readonly string[] {
  return Array.from({ length: NAMESPACES }, (_, number) => namespaceOf(fleet, number))
}

/** The five objects of one application, as they are at one push. */
export function objectsOf(
  fleet: string,
  application: number,
  generation: number,
): readonly FleetObject[] {
  const name = nameOf(application)
  const metadata = {
    name,
    namespace: namespaceOf(fleet, application),
    labels: { 'app.kubernetes.io/name': name, [FLEET]: fleet },
    annotations: { [GENERATION]: String(generation) },
  }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: settings(application, generation) },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: serviceSpec(name) },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deploymentSpec(name, generation) },
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: ingressSpec(name) },
  ]
}

/** A work tree in which each application has its folder, and `clusters/bench` declares them all. */
export class FleetRepository {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /** A new work tree that is pushed to the empty repository at `url`. */
  static async create(path: string, url: string): Promise<FleetRepository> {
    const made = new FleetRepository(path)
    mkdirSync(path, { recursive: true })
    await made.#git('init', '--quiet', '--initial-branch=main')
    await made.#git('config', 'user.name', 'Bench')
    await made.#git('config', 'user.email', 'bench@example.com')
    await made.#git('remote', 'add', 'origin', url)
    made.#declare()
    return made
  }

  /** Changes every object of every application, in one push. */
  async pushAll(generation: number): Promise<void> {
    for (let application = 0; application < APPLICATIONS; application += 1)
      for (const object of objectsOf('fleet', application, generation))
        this.#write(`apps/${nameOf(application)}/${fileOf(object.kind)}`, object)
    await this.#push(`all at ${generation}`)
  }

  /** Changes one ConfigMap, in one push. */
  async pushOne(application: number, generation: number): Promise<void> {
    const object = objectsOf('fleet', application, generation).find(
      ({ kind }) => kind === 'ConfigMap',
    )
    this.#write(`apps/${nameOf(application)}/${fileOf('ConfigMap')}`, object)
    await this.#push(`one at ${generation}`)
  }

  #declare(): void {
    for (const name of namespacesOf('fleet'))
      this.#write(`clusters/bench/${name}.yaml`, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })
    for (let application = 0; application < APPLICATIONS; application += 1) {
      const name = nameOf(application)
      this.#write(`clusters/bench/${name}.yaml`, kustomization(name))
      this.#write(`apps/${name}/kustomization.yaml`, {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: KINDS.map(fileOf),
      })
    }
  }

  #write(path: string, object: unknown): void {
    const file = join(this.#path, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, toYaml(object))
  }

  async #push(message: string): Promise<void> {
    await this.#git('add', '--all')
    await this.#git('commit', '--quiet', '--message', message)
    await this.#git('push', '--quiet', 'origin', 'main')
  }

  async #git(...args: readonly string[]): Promise<void> {
    await run('git', args, { cwd: this.#path })
  }
}

function nameOf(application: number): string {
  return `app-${String(application).padStart(3, '0')}`
}

function fileOf(kind: Kind): string {
  return `${kind.toLowerCase()}.yaml`
}

function kustomization(name: string): unknown {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      interval: '1h',
      path: `./apps/${name}`,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
  }
}

function settings(application: number, generation: number): Readonly<Record<string, string>> {
  return { generation: String(generation), greeting: `hello from ${application}`, level: 'info' }
}

function serviceSpec(name: string): unknown {
  return {
    selector: { 'app.kubernetes.io/name': name },
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
  }
}

function deploymentSpec(name: string, generation: number): unknown {
  const labels = { 'app.kubernetes.io/name': name }
  return {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        containers: [
          {
            name: 'app',
            image: `registry.example.com/app:1.0.${generation}`,
            envFrom: [{ configMapRef: { name } }],
            ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
            readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
            resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          },
        ],
      },
    },
  }
}

function ingressSpec(name: string): unknown {
  const service = { name, port: { name: 'http' } }
  const path = { path: '/', pathType: 'Prefix', backend: { service } }
  return { rules: [{ host: `${name}.example.com`, http: { paths: [path] } }] }
}

/** Block style, as people write it; every text is quoted. */
function toYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value))
    return value.map((item) => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('')
  if (typeof value !== 'object' || value === null) return `${indent}${JSON.stringify(value)}\n`
  return Object.entries(value)
    .map(([key, item]) =>
      typeof item === 'object'
        ? `${indent}${key}:\n${toYaml(item, `${indent}  `)}`
        : `${indent}${key}: ${JSON.stringify(item)}\n`,
    )
    .join('')
}
