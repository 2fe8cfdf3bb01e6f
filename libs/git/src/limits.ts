/** What one repository may cost. Every part of this package that grows with a server's answer asks here. */
export interface GitLimits {
  /** Milliseconds for one call of the port, all its requests together. Flux: `spec.timeout`, 60 s. */
  readonly timeoutMs: number
  /** Milliseconds without one byte after which a connection is given up. */
  readonly idleMs: number
  /** Refs that one listing may have. */
  readonly refs: number
  /** Bytes that one listing of refs may have. */
  readonly refBytes: number
  /** Bytes that one pack may have on the wire and on disk. */
  readonly packBytes: number
  /** Files that one commit may have. */
  readonly files: number
  /** Bytes that one file, tree, commit or tag may have. */
  readonly objectBytes: number
}

export const GIT_LIMITS: GitLimits = {
  timeoutMs: 60_000, // Flux's default for a source.
  idleMs: 30_000, // Git servers send a keep-alive every 5 s while they count objects.
  refs: 500_000, // kubernetes/kubernetes, with its pull requests, has some 250,000.
  refBytes: 64 * 1024 * 1024, // The same, at 128 bytes a line.
  packBytes: 1024 * 1024 * 1024, // A depth of one of the largest monorepos that we know, twice over.
  files: 200_000, // The same.
  objectBytes: 64 * 1024 * 1024, // No manifest, chart or CRD bundle comes near it.
}
