export {
  type AddressPolicy,
  checkAddress,
  checkHost,
  EMBEDDED_POLICY,
  platformPolicy,
  type Scheme,
} from './address-policy.ts'
export { type ChangedPath, changedPaths } from './changed-paths.ts'
export { type GitRefusalCode, GitRefused, SourceTimeout, SourceUnavailable } from './git-refused.ts'
export type {
  BasicLogin,
  BearerLogin,
  Blob,
  Descent,
  Git,
  GitCredentials,
  GitRef,
  GitSource,
  ProxyChoice,
  Remote,
  Resolution,
  SshLogin,
} from './git-source.ts'
export { blobsOf, type Files, filesOf } from './files.ts'
export { GITHUB_API, type GithubApp, GithubApps } from './github-app.ts'
export { answerByHttpBackend, startHttpBackend } from './http-backend.ts'
export { isomorphicGit } from './isomorphic/isomorphic-git.ts'
export { GIT_LIMITS, type GitLimits } from './limits.ts'
export { type Commit, type Signature } from './objects/commit.ts'
export { type TreeEntry } from './objects/tree.ts'
export { openGit } from './open-git.ts'
export { redactUrl } from './remote-url.ts'
export {
  type Changes,
  commitTo,
  type NewCommit,
  readCommitted,
  revertNewest,
  seedRepository,
} from './seed-repository.ts'
export { openSubmodules } from './submodules/open-submodules.ts'
export { type GitOptions, systemGit } from './system-git/system-git.ts'
export { HttpClient, type HttpResponse } from './transport/http-client.ts'
export { type EnvironmentProxies } from './transport/proxy.ts'
export { readVerificationKeys, type VerificationKeys } from './verify/verification-keys.ts'
export { type Verification, verifySignatures } from './verify/verify-signatures.ts'
