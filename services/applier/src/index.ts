export { startApplier, type ApplierParts } from './main.ts'
export { applyRelease } from './steps/apply-release.ts'
