import { familyOf, idOf, type AnyEvent, type SourceDeclared } from '@tidemark/contracts'
import { source, type SourceState } from '../domain/source.ts'

/** A source as the fetcher knows it. */
export interface KnownSource {
  readonly id: string
  readonly declared: SourceDeclared | undefined
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
        objects: new Set(),
        state: source.initial,
        version: 0n,
      }
    )
  }

  all(): Iterable<KnownSource> {
    return this.#sources.values()
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
    this.#sources.set(id, {
      ...known,
      objects,
      declared: objects.size === 0 ? undefined : declared,
    })
  }
}

const NOBODY = { cluster: '', namespace: '', name: '', kind: '' }
