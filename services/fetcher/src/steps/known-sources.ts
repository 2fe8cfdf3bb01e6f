import {
  familyOf,
  idOf,
  inputId,
  type AnyEvent,
  type ClusterInputRef,
  type SourceDeclared,
} from '@tidemark/contracts'
import { source, type SourceState } from '../domain/source.ts'

/** What a source names: credentials, and a proxy. */
export interface NamedSecrets {
  readonly credentials: ClusterInputRef | undefined
  readonly proxy: ClusterInputRef | undefined
}

/** A source as the fetcher knows it. */
export interface KnownSource {
  readonly id: string
  readonly declared: SourceDeclared | undefined
  /** The Secrets in its cluster that it names, also when it is withdrawn. */
  readonly secrets: NamedSecrets
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
        secrets: NO_SECRETS,
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
      (known) => known.declared !== undefined && refsOf(known).some((ref) => inputId(ref) === id),
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
    const secrets = type === 'SourceDeclared' ? secretsOf(value) : known.secrets
    this.#sources.set(id, {
      ...known,
      secrets,
      objects,
      declared: objects.size === 0 ? undefined : declared,
    })
  }
}

/** The Secrets that a source names. */
export function refsOf({ secrets }: KnownSource): readonly ClusterInputRef[] {
  return [secrets.credentials, secrets.proxy].filter((ref) => ref !== undefined)
}

function secretsOf({ object, git }: SourceDeclared): NamedSecrets {
  const refTo = (name = ''): ClusterInputRef | undefined => {
    if (object === undefined || name === '') return undefined
    return { cluster: object.cluster, kind: 'Secret', namespace: object.namespace, name }
  }
  return { credentials: refTo(git?.secretName), proxy: refTo(git?.proxySecretName) }
}

const NO_SECRETS: NamedSecrets = { credentials: undefined, proxy: undefined }

const NOBODY = { cluster: '', namespace: '', name: '', kind: '' }
