// A Git server in a process of its own, so that its work is not counted as that of who asks. It prints its address, and
// after each line that it reads, how many requests it has answered.
import { createInterface } from 'node:readline'
import { startGitHttp } from '../../test/rig/components/git-http.ts'

const [dir = ''] = process.argv.slice(2)
const server = await startGitHttp(dir)
console.log(server.url)
for await (const _ of createInterface(process.stdin)) console.log(server.requests())
await server[Symbol.asyncDispose]()
