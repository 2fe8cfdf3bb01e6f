import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Frees what nobody holds, now. */
export function collectGarbage(): void {
  if (typeof collect !== 'function') throw new Error('this Node gives no garbage collector')
  collect()
}
