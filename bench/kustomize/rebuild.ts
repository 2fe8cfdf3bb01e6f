// One overlay in a fresh process: the first build, and the one after a line of the leaf has changed. Started by run.ts.
import { ParseCache } from '@tidemark/kustomize'
import { withLine } from './change.ts'
import { build, processorMs, readFiles, realOverlays } from './overlays.ts'

const [, , id, image = ''] = process.argv
const overlay = realOverlays().find((each) => each.id === id)
if (overlay === undefined) throw new Error('name an overlay of the corpus')
const files = readFiles(overlay.input)
const changed = withLine(overlay, files, image)
const cache = new ParseCache()
const first = processorMs(() => build(overlay, files, cache))
const second = processorMs(() => build(overlay, changed, cache))
console.log(JSON.stringify({ first, second }))
