export {
  gitRepositories,
  type Artifacts,
  type GitRepositoriesParts,
} from './adapters/git-repositories.ts'
export { storeArtifact, type StoredArtifact } from './adapters/artifact-store.ts'
export { startFetcher, type FetcherParts } from './main.ts'
export type { Repositories } from './ports.ts'
export { fetchRevision } from './steps/fetch-revision.ts'
export { KnownSources } from './steps/known-sources.ts'
