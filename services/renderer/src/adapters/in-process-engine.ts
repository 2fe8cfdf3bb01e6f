import { DataKeysMissing } from '@tidemark/flux'
import type { RenderEngine } from '../ports.ts'
import { openDataKeys } from './open-data-keys.ts'
import { renderFiles } from './render-files.ts'

/** The engine without a process of its own: for simulations and tests only, since nothing limits it. */
export const inProcessEngine: RenderEngine = {
  render: async (job) => {
    const dataKeys = openDataKeys(job)
    for (;;)
      try {
        return renderFiles({ ...job, dataKeys: dataKeys.opened })
      } catch (error) {
        if (!(error instanceof DataKeysMissing)) throw error
        await dataKeys.open(error.sets)
      }
  },
}
