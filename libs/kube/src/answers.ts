import type { KubeObject } from './kube-object.ts'
import type { ObjectVersion } from './peek-version.ts'
import type { Refused } from './refusal.ts'

/** Which objects of a kind: of all namespaces when none is named. Selectors are in the API's own syntax. */
export interface Selection {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface FollowOptions extends Selection {
  /** Whether this version of an object, or a newer one, is known to the follower. */
  readonly isKnown?: (version: ObjectVersion) => boolean
}

export type GetAnswer =
  | { readonly kind: 'found'; readonly object: KubeObject }
  | { readonly kind: 'absent' }
  | Refused

export type ListAnswer =
  | {
      readonly kind: 'listed'
      readonly objects: readonly KubeObject[]
      readonly resourceVersion: string
    }
  | Refused

export type WriteAnswer =
  | {
      readonly kind: 'written'
      /** Whether the object was there before. */
      readonly was: 'absent' | 'present'
      readonly object: KubeObject
    }
  | Refused

export type DeleteAnswer = { readonly kind: 'deleted' } | { readonly kind: 'absent' } | Refused

export interface ApplyOptions {
  readonly fieldManager: string
  /** `taken`: fields that others own become ours. `refused`: they are a `field-conflict`. */
  readonly conflicts: 'taken' | 'refused'
  readonly dryRun?: 'none' | 'server'
}

export interface DeleteOptions {
  /** Only the object with this uid; another one of the same name is a `ClusterConflict`. */
  readonly uid?: string
  /** Only this version of it. */
  readonly resourceVersion?: string
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
}
