import type { AnyEvent, Commit, KeyValue, ObjectRef, SourceDeclared } from '@tidemark/contracts'

/** What the releaser knows of one source. */
export interface Source {
  readonly id: string
  /** The newest declaration; `undefined` before the first and after the last object is withdrawn. */
  readonly declared: SourceDeclared | undefined
  /** The Flux objects that stand for it. */
  readonly objects: readonly SourceObject[]
  readonly generation: bigint
  readonly fetched: Fetched | undefined
  /** The newest revision that applications were told of. */
  readonly admitted: { readonly sequence: bigint; readonly affected: ReadonlySet<string> }
}

export interface SourceObject {
  readonly key: string
  readonly ref: ObjectRef | undefined
  /** The application whose release holds it; empty for that of the root. */
  readonly declaredBy: string
  /** Of a chart: how often its object has changed, from 1. */
  readonly generation: bigint
  readonly labels: readonly KeyValue[]
}

export interface Fetched {
  readonly sequence: bigint
  readonly revision: string
  readonly artifactDigest: string
  readonly artifactBlob: string
  readonly commit: Commit | undefined
}

/** A source of which nothing is known yet. */
export function emptySource(id: string): Source {
  return {
    id,
    declared: undefined,
    objects: [],
    generation: 0n,
    fetched: undefined,
    admitted: { sequence: 0n, affected: new Set() },
  }
}

/** Folds an event of the source into what is known of it. */
export function evolveSource(state: Source, event: AnyEvent): Source {
  switch (event.type) {
    case 'SourceDeclared': {
      const { object: ref, declaredBy, labels } = event.value
      const key = objectKey(ref)
      const generation = event.value.helmChart?.objectGeneration ?? 1n
      return {
        ...state,
        declared: event.value,
        generation: event.value.generation,
        objects: [...without(state.objects, key), { key, ref, declaredBy, generation, labels }],
      }
    }
    case 'SourceWithdrawn': {
      const objects = without(state.objects, objectKey(event.value.object))
      return { ...state, objects, declared: objects.length === 0 ? undefined : state.declared }
    }
    case 'RevisionFetched':
      return { ...state, fetched: event.value }
    case 'RevisionAdmitted':
      return {
        ...state,
        admitted: { sequence: event.value.sequence, affected: new Set(event.value.affected) },
      }
    default:
      return state
  }
}

function without(objects: readonly SourceObject[], gone: string): readonly SourceObject[] {
  return objects.filter(({ key }) => key !== gone)
}

/** One text for one Flux object on one cluster. */
export function objectKey(
  object:
    | {
        readonly cluster: string
        readonly kind: string
        readonly namespace: string
        readonly name: string
      }
    | undefined,
): string {
  if (object === undefined) return ''
  return [object.cluster, object.kind, object.namespace, object.name].join('/')
}
