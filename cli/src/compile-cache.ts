import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * Keeps compiled modules (and sources with their types stripped) beside the packages that they come from, so that
 * the next start need not compile them again. Not in the folder for temporary files, where others could put code.
 * Where it cannot be written, nothing is kept; `NODE_COMPILE_CACHE` names another place.
 */
export function keepCompiled(): void {
  enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'tidemark'))
}
