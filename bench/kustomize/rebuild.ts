// One overlay in a fresh process: the first build, and the one after a line was added to it. Started by run.ts.
import { ParseCache } from '@tidemark/kustomize'
import { withLine } from './change.ts'
import { build, processorMs, readFiles, realOverlays } from './overlays.ts'

const [, , id, line = ''] = process.argv
const overlay = realOverlays().find((each) => each.id === id)
if (overlay === undefined || line === '')
  throw new Error('name an overlay of the corpus and a line')
const files = readFiles(overlay.input)
const changed = withLine(overlay, files, line)
const cache = new ParseCache()
const first = processorMs(() => build(overlay, files, cache))
const second = processorMs(() => build(overlay, changed, cache))
console.log(JSON.stringify({ first, second }))
