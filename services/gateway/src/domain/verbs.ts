/** What a caller may do. Each method of the API needs one; a method without one is refused to all. */
export type Verb = 'read' | 'reconcile' | 'rollback' | 'suspend' | 'register' | 'operate' | 'secret'

/** Method of the API -> the verb that it needs. */
export const VERBS: Readonly<Record<string, Verb>> = {
  GetStatus: 'read',
  ListSources: 'read',
  ListClusters: 'read',
  ListApplications: 'read',
  DescribeApplication: 'read',
  ListReleases: 'read',
  ListDeployments: 'read',
  ExplainApplication: 'read',
  WatchEvents: 'read',
  ListAudit: 'read',
  VerifyAudit: 'read',
  ListParked: 'read',
  GetRelease: 'read',
  FindObject: 'read',
  RollBack: 'rollback',
  LiftHold: 'rollback',
  Reconcile: 'reconcile',
  Suspend: 'suspend',
  Resume: 'suspend',
  RegisterCluster: 'register',
  RemoveCluster: 'register',
  DeclareRoot: 'register',
  ResolveParked: 'operate',
  SetSecret: 'secret',
  UnsetSecret: 'secret',
  ListSecrets: 'read',
  ListNotificationObjects: 'read',
}

export type Role = 'viewer' | 'operator'

/** Whether a role may use a verb. Deny by default. */
export function mayUse(role: Role, verb: Verb | undefined): boolean {
  if (verb === undefined) return false
  return role === 'operator' || verb === 'read'
}
