import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A Git server in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly url: string
  /** Requests answered so far. */
  requests(): Promise<number>
}

export async function startServer(served: string): Promise<Server> {
  const script = join(import.meta.dirname, 'git-server.ts')
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', script, served]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error('the Git server has ended')
    return value
  }
  const url = await next()
  return {
    url,
    requests: async () => {
      child.stdin.write('\n')
      return Number(await next())
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
