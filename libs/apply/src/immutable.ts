import type { Refused } from '@tidemark/kube'

/**
 * How kube-apiserver 1.36 says that a change is not allowed, as against a value that is wrong: only the first can be
 * helped by creating the object anew.
 */
const IMMUTABLE = [
  /field is immutable/u,
  /may not be changed once set/u,
  /may not change once set/u,
  /may not be changed in an update/u,
  /is immutable after creation/u,
  /cannot change roleRef/u,
  /updates to \S+ (?:spec|are|for)/u, // StatefulSet: "updates to statefulset spec for fields other than ...".
  /pod updates may not change fields other than/u,
  /updates to (?:parameters|provisioner|reclaimPolicy|volumeBindingMode) are forbidden/u,
]

/** The field that a refusal calls immutable, or undefined when the refusal is about something else. */
export function immutableField({ reason, causes, message }: Refused): string | undefined {
  if (reason !== 'invalid' && reason !== 'forbidden') return undefined
  const cause = causes.find((candidate) => isImmutable(candidate.message))
  if (cause !== undefined) return cause.field || 'a field of it'
  return isImmutable(message) ? 'a field of it' : undefined
}

function isImmutable(message: string): boolean {
  return IMMUTABLE.some((pattern) => pattern.test(message))
}
