import { familyOf, idOf, type AnyEvent, type ApplyRequested } from '@tidemark/contracts'
import { isRecord } from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import { evolveDeployment, noDeployment, type DeploymentState } from '../domain/deployment.ts'

/** A deployment as the applier of its cluster knows it. */
export interface KnownDeployment {
  readonly id: string
  readonly state: DeploymentState
  /** Of the deployment's own stream. */
  readonly version: bigint
  /** The newest apply that was asked for, and when the intent of it was told. */
  readonly requested: ApplyRequested | undefined
  readonly cause: Cause | undefined
  readonly startedAtMs: number
  /** Suspended in Git, or by a person: drift is left alone. */
  readonly suspended: { readonly inGit: boolean; readonly byPerson: boolean }
  readonly removed: boolean
}

/** Where what is folded here lies. */
export const DEPLOYMENT_FAMILIES = ['deployment', 'rollout', 'application'] as const

/** The deployments of one cluster, folded from the ledger. Our own events are folded when appended. */
export class Deployments {
  readonly #cluster: string
  readonly #known = new Map<string, KnownDeployment>()

  constructor(cluster: string) {
    this.#cluster = cluster
  }

  get(id: string): KnownDeployment {
    return (
      this.#known.get(id) ?? {
        id,
        state: noDeployment,
        version: 0n,
        requested: undefined,
        cause: undefined,
        startedAtMs: 0,
        suspended: { inGit: false, byPerson: false },
        removed: false,
      }
    )
  }

  all(): Iterable<KnownDeployment> {
    return this.#known.values()
  }

  fold(placed: {
    readonly stream: string
    readonly version: bigint
    readonly event: AnyEvent
    readonly atMs: number
    readonly cause: Cause
  }): void {
    const { stream, version, event, atMs, cause } = placed
    switch (DEPLOYMENT_FAMILIES.find((name) => name === familyOf(stream))) {
      case 'deployment':
        this.#foldOwn(idOf(stream), { version, event, atMs })
        break
      case 'rollout':
        if (event.type === 'ApplyRequested' && event.value.cluster === this.#cluster)
          this.#change(idOf(stream), { requested: event.value, cause, removed: false })
        break
      case 'application':
        this.#foldApplication(idOf(stream), event)
        break
      default:
        break
    }
  }

  #foldOwn(
    name: string,
    { version, event, atMs }: { version: bigint; event: AnyEvent; atMs: number },
  ): void {
    const at = name.lastIndexOf('@')
    if (name.slice(at + 1) !== this.#cluster) return
    const id = name.slice(0, at)
    const known = this.get(id)
    if (version <= known.version) return
    const startedAtMs = event.type === 'ApplyStarted' ? atMs : known.startedAtMs
    this.#change(id, { version, state: evolveDeployment(known.state, event, atMs), startedAtMs })
  }

  #foldApplication(id: string, { type, value }: AnyEvent): void {
    if (!id.startsWith(`${this.#cluster}_`)) return
    const { suspended } = this.get(id)
    switch (type) {
      case 'ApplicationDeclared':
        this.#change(id, {
          suspended: { ...suspended, inGit: isSuspended(value.objectJson) },
          removed: false,
        })
        break
      case 'ApplicationSuspended':
        this.#change(id, { suspended: { ...suspended, byPerson: true } })
        break
      case 'ApplicationResumed':
        this.#change(id, { suspended: { ...suspended, byPerson: false } })
        break
      case 'ApplicationRemoved':
        this.#change(id, { removed: true })
        break
      default:
        break
    }
  }

  #change(id: string, fields: Partial<KnownDeployment>): void {
    this.#known.set(id, { ...this.get(id), ...fields })
  }
}

function isSuspended(objectJson: Uint8Array): boolean {
  const object: unknown = JSON.parse(Buffer.from(objectJson).toString('utf8'))
  if (!isRecord(object)) return false
  return isRecord(object['spec']) && object['spec']['suspend'] === true
}
