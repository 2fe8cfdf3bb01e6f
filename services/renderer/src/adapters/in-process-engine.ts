import type { RenderEngine } from '../ports.ts'
import { renderFiles } from './render-files.ts'

/** The engine without a process of its own: for simulations and tests only, since nothing limits it. */
export const inProcessEngine: RenderEngine = {
  render: async (job) => renderFiles(job),
}
