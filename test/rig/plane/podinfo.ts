// The sample `podinfo-kustomize`: what its authors publish, as it is.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SHARED = process.env['TIDEMARK_SHARED'] ?? join(import.meta.dirname, '../../../../shared')
const PODINFO = join(SHARED, 'samples', 'podinfo-kustomize')

/** Whether the sample is on this machine: it is not ours to ship. */
export const HAS_PODINFO: boolean = existsSync(PODINFO)

/** Its files, below `folder`. */
export function podinfoFiles(folder: string): Record<string, string> {
  const names = readdirSync(PODINFO).filter((name) => name.endsWith('.yaml'))
  return Object.fromEntries(
    names.map((name) => [`${folder}/${name}`, readFileSync(join(PODINFO, name), 'utf8')]),
  )
}
