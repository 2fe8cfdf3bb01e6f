import { fsyncSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** What of Emscripten's file system over Node we change. It has no types of its own. */
interface FileSystemModule {
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (stream: OpenFile) => number }
  }
}

interface OpenFile {
  readonly nfd: number
  readonly path: string
}

/**
 * A directory on disk whose `fsync` is one. PGlite's own never reaches the disk: Emscripten's NODEFS has no
 * such operation and reports success (counted in 0.5.16: 500 commits, no fsync). Postgres also
 * syncs a directory after it makes or renames a file in it (new segments of the WAL too); a directory has a
 * descriptor here as well, so that works by the same hook. Needs `wal_sync_method=fsync`: `fdatasync` is
 * another stub that always succeeds.
 */
export class DurableNodeFs extends NodeFS {
  readonly #onSync: (path: string) => void

  /** `onSync` hears of each sync, with the path as Postgres sees it. */
  constructor(dir: string, onSync: (path: string) => void = () => undefined) {
    super(dir)
    this.#onSync = onSync
  }

  override async init(
    pglite: PGlite,
    options: Parameters<NodeFS['init']>[1],
  ): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options)
    const preRun = [
      ...(emscriptenOpts.preRun ?? []),
      (module: FileSystemModule) => syncForReal(module, this.#onSync),
    ]
    return { emscriptenOpts: { ...emscriptenOpts, preRun } }
  }
}

function syncForReal(module: FileSystemModule, onSync: (path: string) => void): void {
  module.NODEFS.stream_ops.fsync = ({ nfd, path }) => {
    fsyncSync(nfd)
    onSync(path)
    return 0
  }
}

/** The parameters that PGlite starts Postgres with, but with fsync, and without a gigabyte of WAL. */
export function durableStartParams(defaults: readonly string[]): string[] {
  const settings = ['fsync=on', 'wal_sync_method=fsync', 'synchronous_commit=on']
  return [
    ...defaults.filter((parameter) => parameter !== '-F'),
    ...settings.flatMap((setting) => ['-c', setting]),
  ]
}
