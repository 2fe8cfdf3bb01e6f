import {
  familyOf,
  idOf,
  inputId,
  type AnyEvent,
  type ClusterInputRef,
  type SourceDeclared,
} from '@tidemark/contracts'
import { source, type SourceState } from '../domain/source.ts'

/** A source as the fetcher knows it. */
export interface KnownSource {
  readonly id: string
  readonly declared: SourceDeclared | undefined
  /** The Secret in its cluster that it names, also when it is withdrawn. */
  readonly secret: ClusterInputRef | undefined
  readonly objects: ReadonlySet<string>
  readonly state: SourceState
  /** Of the source's own stream. */
  readonly version: bigint
}

/** All sources, folded from the ledger. Our own events are folded when appended, and known when read back. */
export class KnownSources {
  readonly #sources = new Map<string, KnownSource>()

  get(id: string): KnownSource {
    return (
      this.#sources.get(id) ?? {
        id,
        declared: undefined,
        secret: undefined,
        objects: new Set(),
        state: source.initial,
        version: 0n,
      }
    )
  }

  all(): Iterable<KnownSource> {
    return this.#sources.values()
  }

  /** The sources that are declared and name this Secret. */
  naming(secret: ClusterInputRef): readonly KnownSource[] {
    const id = inputId(secret)
    return [...this.#sources.values()].filter(
      (known) =>
        known.declared !== undefined && known.secret !== undefined && inputId(known.secret) === id,
    )
  }

  fold(stream: string, version: bigint, event: AnyEvent): void {
    const family = familyOf(stream)
    const id = idOf(stream)
    if (family === 'source') this.#foldOwn(id, version, event)
    if (family === 'intake') this.#foldIntake(id, event)
  }

  #foldOwn(id: string, version: bigint, event: AnyEvent): void {
    const known = this.get(id)
    if (version <= known.version) return
    this.#sources.set(id, { ...known, version, state: source.evolve(known.state, event) })
  }

  #foldIntake(id: string, { type, value }: AnyEvent): void {
    if (type !== 'SourceDeclared' && type !== 'SourceWithdrawn') return
    const known = this.get(id)
    const { cluster, namespace, name, kind } = value.object ?? NOBODY
    const key = [cluster, kind, namespace, name].join('/')
    const objects = new Set(known.objects)
    if (type === 'SourceDeclared') objects.add(key)
    else objects.delete(key)
    const declared = type === 'SourceDeclared' ? value : known.declared
    const secret = type === 'SourceDeclared' ? secretOf(value) : known.secret
    this.#sources.set(id, {
      ...known,
      secret,
      objects,
      declared: objects.size === 0 ? undefined : declared,
    })
  }
}

function secretOf({ object, git }: SourceDeclared): ClusterInputRef | undefined {
  const name = git?.secretName ?? ''
  if (object === undefined || name === '') return undefined
  return { cluster: object.cluster, kind: 'Secret', namespace: object.namespace, name }
}

const NOBODY = { cluster: '', namespace: '', name: '', kind: '' }
