/** Whose rights a client acts with. The user that the sign-in gives needs the right to impersonate. */
export interface Impersonation {
  readonly user: string
  readonly group?: string
}

/**
 * The headers for it. Throws `RangeError` for an empty user: the API server would take it for ourselves, with all our
 * rights (as in CVE-2026-23990 of another tool).
 */
export function impersonationHeaders(
  impersonation: Impersonation | undefined,
): Readonly<Record<string, string>> {
  if (impersonation === undefined) return {}
  const { user, group } = impersonation
  if (user === '' || group === '')
    throw new RangeError('impersonation: the user or the group is empty')
  return {
    'impersonate-user': user,
    ...(group === undefined ? {} : { 'impersonate-group': group }),
  }
}
