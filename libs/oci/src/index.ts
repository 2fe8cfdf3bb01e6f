export { Bucket, bucketRevision, type BucketObject, type BucketOptions } from './bucket/bucket.ts'
export { type BucketLogin } from './bucket/sign-request.ts'
export {
  type ChartIndex,
  type ChartVersion,
  decodeChartVersions,
  encodeChartIndex,
  INDEX_BYTES_MAX,
  readChartIndex,
} from './charts/chart-index.ts'
export {
  CHART_BYTES_MAX,
  ChartRepository,
  type ChartRepositoryOptions,
} from './charts/chart-repository.ts'
export { type Candidate, chooseVersion } from './choose-version.ts'
export { parseTrustedRoot } from './cosign/trusted-root.ts'
export {
  type Trust,
  type TrustedIdentity,
  type TrustedKey,
  verifyArtifact,
} from './cosign/verify-artifact.ts'
export { FetchRefused, type FetchRefusalCode } from './fetch-refused.ts'
export { type Login } from './login.ts'
export { type OciQuery, type OciReference, resolveReference } from './registry/choose-reference.ts'
export { loginFrom } from './registry/docker-config.ts'
export { parseOciUrl, type RegistryPlace } from './registry/oci-url.ts'
export { pullImage, selectLayer } from './registry/pull-image.ts'
export { RegistryTokens } from './registry/registry-tokens.ts'
export { Registry, type RegistryOptions } from './registry/registry.ts'
export { type Certificates, type WebOptions } from './web.ts'
