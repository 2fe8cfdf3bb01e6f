import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { buildKustomization, type BuildResult, type ParseCache } from '@tidemark/kustomize'
import { memoryTree } from '@tidemark/source-tree'

/** A real overlay of the corpus. */
export interface Overlay {
  readonly id: string
  /** On the disk. */
  readonly input: string
  /** The folder to build, from `input`. */
  readonly path: string
  readonly loadRestriction: 'rootOnly' | 'none'
  readonly outputBytes: number
}

export type Files = readonly (readonly [path: string, content: Uint8Array | { link: string }])[]

/** Where the corpus is: TIDEMARK_SHARED, or `shared` beside the repository. */
export function realOverlays(): readonly Overlay[] {
  const shared = process.env['TIDEMARK_SHARED'] ?? join(import.meta.dirname, '../../../shared')
  const root = join(shared, 'conformance/kustomize/real')
  if (!existsSync(root)) throw new Error(`there is no ${root}; set TIDEMARK_SHARED`)
  return readdirSync(root)
    .toSorted()
    .map((id) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The corpus' own format, see its README.
      const { path, options } = JSON.parse(readFileSync(join(root, id, 'case.json'), 'utf8')) as {
        readonly path: string
        readonly options: { readonly loadRestrictor: 'rootOnly' | 'none' }
      }
      return {
        id,
        input: join(root, id, 'input'),
        path: path === '.' ? '' : path,
        loadRestriction: options.loadRestrictor,
        outputBytes: lstatSync(join(root, id, 'expected.yaml')).size,
      }
    })
}

export function readFiles(folder: string, base = ''): Files {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Files => {
    const [place, path] = [
      join(folder, entry.name),
      base === '' ? entry.name : `${base}/${entry.name}`,
    ]
    if (entry.isDirectory()) return readFiles(place, path)
    return [[path, entry.isSymbolicLink() ? { link: readlinkSync(place) } : readFileSync(place)]]
  })
}

export function build(
  { path, loadRestriction }: Overlay,
  files: Files,
  cache?: ParseCache,
): BuildResult {
  return buildKustomization({
    tree: memoryTree(files),
    path,
    loadRestriction,
    ...(cache === undefined ? {} : { cache }),
  })
}

/** Processor time of a step in this process, ms: other programs of the machine do not count. */
export function processorMs(step: () => void): number {
  const before = process.cpuUsage()
  step()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
