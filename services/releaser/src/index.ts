export { releaserSteps, startReleaser, type ReleaserParts } from './main.ts'
export { cutRelease } from './steps/cut-release.ts'
export { requestRenders } from './steps/request-renders.ts'
