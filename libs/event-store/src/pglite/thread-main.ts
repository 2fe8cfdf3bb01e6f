// The thread of the database: PGlite, and nothing else. It takes exchanges in Postgres' protocol one after the other.
// Whatever goes wrong beside them ends the thread, and with it all that nobody has been told of.
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'
import { seedFiles } from './seed-files.ts'
import { startPglite } from './start-pglite.ts'
import type { FromThread, ThreadStart, ToThread } from './thread-messages.ts'

const LONG_JUMP = 100 // How Postgres in PGlite 0.5 leaves a statement that fails (pglitec.c).
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]) // Then one byte more: what an exchange ends with.

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- DatabaseThread is the only one that starts it.
const { files } = workerData as ThreadStart

if (!existsSync(files)) await seedFiles(files)
const pglite = await startPglite(files)
endWhereItFails(pglite)
parentPort?.on('message', (message: ToThread) => void take(message))
tell('open')

async function take(message: ToThread): Promise<void> {
  if (message === 'close') {
    await pglite.close()
    tell('closed')
    parentPort?.close()
    return
  }
  const answer = await exchange(message)
  tell(answer, [answer.buffer])
}

async function exchange(message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  // Each chunk is a view of the database's own memory, which is written over at once.
  const onRawData = (chunk: Uint8Array): void => void chunks.push(chunk.slice())
  await pglite.execProtocolRawStream(message, { syncToFs: false, onRawData })
  const answer = joined(chunks)
  const end = Buffer.from(answer.buffer, Math.max(0, answer.length - 6), 5)
  if (!end.equals(READY_FOR_QUERY)) fail('an answer was cut short')
  return answer
}

/**
 * Postgres ends where it cannot go on (a sync that fails, no memory, a broken page). PGlite takes the exception
 * that this is here for a statement's, asks again for ever, and might even answer.
 */
function endWhereItFails({ Module }: PGlite): void {
  const goOn = Module._PostgresMainLoopOnce
  Module._PostgresMainLoopOnce = () => {
    try {
      goOn()
    } catch (error) {
      if (Reflect.get(Object(error), 'status') !== LONG_JUMP)
        fail(error instanceof Error ? error.message : JSON.stringify(error))
      throw error
    }
  }
}

function fail(failure: string): never {
  tell({ failure })
  process.exit(1) // Of this thread: nothing can catch it.
}

/** In memory of its own, which can be handed over. */
function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function tell(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}
