import type { JsonObject } from '@tidemark/manifests'

/** What is known of an object on the cluster. `unknown`: nobody watches its kind yet; it costs a request to know. */
export type LiveState =
  | { readonly kind: 'present'; readonly object: JsonObject }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' }
