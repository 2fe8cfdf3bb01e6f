// What the first render of a chart holds at most, in a new process: MiB above what it held with the chart loaded, with all that is
// compiled and kept for the next renders. Started by run.ts.
import { prepare, subjects } from './charts.ts'

const KIB = 1024
const MIB = 1024 * 1024

const [, , id] = process.argv
const subject = subjects().find((each) => each.id === id)
if (subject === undefined) throw new Error('name a chart of the bench')
const render = prepare(subject)
global.gc?.()
const before = process.memoryUsage.rss()
render()
console.log(Math.max(0, process.resourceUsage().maxRSS * KIB - before) / MIB)
