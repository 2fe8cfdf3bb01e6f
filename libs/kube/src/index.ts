export { type ClusterAccess, type Credentials, directAccess, type TlsOptions } from './access.ts'
export {
  kubeconfigContexts,
  type KubeconfigOptions,
  readKubeconfig,
} from './adapters/kubeconfig.ts'
export type { Resource, Resources } from './discovery.ts'
export {
  ClusterBusy,
  ClusterConflict,
  ClusterFailed,
  ClusterSignInFailed,
  ClusterSignInRefused,
  ClusterUnreachable,
  KubeconfigRefused,
  ListExpired,
} from './errors.ts'
export type { FollowEvent } from './follow.ts'
export type {
  ApplyOptions,
  DeleteAnswer,
  DeleteOptions,
  GetAnswer,
  ListAnswer,
  Selection,
  WriteAnswer,
} from './answers.ts'
export type { Impersonation } from './impersonation.ts'
export { KubeClient, type KubeClientOptions } from './kube-client.ts'
export type { KindRef, KubeObject, ObjectRef, WireValue } from './kube-object.ts'
export type { ObjectVersion } from './peek-version.ts'
export type { Refused, RefusalCause, RefusalReason } from './refusal.ts'
export type { RequestCounter, Verb } from './request-counter.ts'
