import {
  familyOf,
  idOf,
  inputId,
  secretNamesOf,
  type AnyEvent,
  type ClusterInputRef,
  type GitInclude,
  type ObjectRef,
  type SecretRole,
  type SourceDeclared,
} from '@tidemark/contracts'
import { source, type SourceState } from '../domain/source.ts'

/** The Secrets that a source names. */
export type NamedSecrets = ReadonlyMap<SecretRole, ClusterInputRef>

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

export interface Inclusion {
  readonly include: GitInclude
  /** The kind and name of its object. */
  readonly name: string
  /** `undefined` where no object of that name is declared. */
  readonly known: KnownSource | undefined
}

/** Where what is folded here lies. */
export const SOURCE_FAMILIES = ['source', 'intake'] as const

/** All sources, folded from the ledger. Our own events are folded when appended, and known when read back. */
export class KnownSources {
  readonly #sources = new Map<string, KnownSource>()
  /** Which source an object stands for now. */
  readonly #byObject = new Map<string, string>()

  get(id: string): KnownSource {
    return (
      this.#sources.get(id) ?? {
        id,
        declared: undefined,
        secrets: new Map(),
        objects: new Set(),
        state: source.initial,
        version: 0n,
      }
    )
  }

  all(): Iterable<KnownSource> {
    return this.#sources.values()
  }

  /** The source that a chart is in; `undefined` for all other kinds. */
  upstreamOf({ declared }: KnownSource): KnownSource | undefined {
    const chart = declared?.helmChart
    return chart === undefined ? undefined : this.get(chart.upstreamSourceId)
  }

  /** What is put into a source: what it includes, and the source that stands for that now. */
  includedIn({ declared }: KnownSource): readonly Inclusion[] {
    const { cluster = '', namespace = '' } = declared?.object ?? {}
    const included = (declared?.git?.includes ?? []).map((include) => ({
      include,
      object: { cluster, namespace, kind: 'GitRepository', name: include.name },
    }))
    const inputs = (declared?.composed?.inputs ?? []).map((input) => ({
      include: { name: input.name, fromPath: '', toPath: input.alias },
      object: { cluster, namespace: input.namespace, kind: input.kind, name: input.name },
    }))
    return [...included, ...inputs].map(({ include, object }) => {
      const key = keyOf(object)
      const id = this.#byObject.get(key)
      const name = `${object.kind} ${object.namespace}/${object.name}`
      return { include, name, known: id === undefined ? undefined : this.get(id) }
    })
  }

  /** The sources that are made from another: charts that are in it, and what includes it. */
  madeFrom(sourceId: string): readonly KnownSource[] {
    return [...this.#sources.values()].filter(
      (known) =>
        known.declared?.helmChart?.upstreamSourceId === sourceId ||
        this.includedIn(known).some((included) => included.known?.id === sourceId),
    )
  }

  /** The sources that are declared and look with this Secret: they name it, or what they are in does. */
  naming(secret: ClusterInputRef): readonly KnownSource[] {
    const id = inputId(secret)
    return [...this.#sources.values()].filter(
      (known) =>
        known.declared !== undefined &&
        [...known.secrets.values(), ...(this.upstreamOf(known)?.secrets.values() ?? [])].some(
          (ref) => inputId(ref) === id,
        ),
    )
  }

  fold(stream: string, version: bigint, event: AnyEvent): void {
    const family = SOURCE_FAMILIES.find((name) => name === familyOf(stream))
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
    const key = keyOf(value.object ?? NOBODY)
    const objects = new Set(known.objects)
    if (type === 'SourceDeclared') {
      objects.add(key)
      this.#byObject.set(key, id)
    } else {
      objects.delete(key)
      if (this.#byObject.get(key) === id) this.#byObject.delete(key)
    }
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

function keyOf({
  cluster,
  kind,
  namespace,
  name,
}: Pick<ObjectRef, 'cluster' | 'kind' | 'namespace' | 'name'>): string {
  return [cluster, kind, namespace, name].join('/')
}

function secretsOf(declared: SourceDeclared): NamedSecrets {
  const { cluster = '', namespace = '' } = declared.object ?? {}
  const names = [...secretNamesOf(declared)]
  return new Map(names.map(([role, name]) => [role, { cluster, kind: 'Secret', namespace, name }]))
}

const NOBODY = { cluster: '', namespace: '', name: '', kind: '' }
