export {
  buildKustomization,
  type BuildOptions,
  type BuildResult,
  type BuiltObject,
} from './build-kustomization.ts'
export { type ChartRenderer, type ChartRequest } from './generators/chart-renderer.ts'
export { type GivenKustomization } from './target/load-target.ts'
export { helmRenderer } from './generators/helm-renderer.ts'
export type { Image, Kustomization, Patch, Selector } from './kustomization/model.ts'
export { NO_FIELDS } from './kustomization/no-fields.ts'
export { KUSTOMIZATION_FILE_NAMES, readLeniently } from './kustomization/parse-kustomization.ts'
export { checkObjects } from './target/read-resources.ts'
export { KustomizeError, type KustomizeErrorCode } from './kustomize-error.ts'
export { type Reorder } from './output/finish.ts'
export { type Layer, type Origin } from './resource.ts'
export { objectSelector, type SelectedObject } from './selector.ts'
export { MERGE_KEYS_VERSION } from './schema/gen/merge-keys.ts'
export { isClusterScoped } from './schema/scopes.ts'
export { type LoadRestriction } from './target/loader.ts'
export { ParseCache } from './target/parse-cache.ts'
export { requireRegex, type Regex } from './regex.ts'
