import { open } from 'node:fs/promises'

interface Folder {
  /** How often it was changed, and which of these changes the disk has. */
  changes: number
  synced: number
  running: Promise<void> | undefined
}

/** Makes renames durable. Who asks while a sync runs shares the next one with all who ask by then. */
export class FolderSync {
  readonly #folders = new Map<string, Folder>()

  /** Notes that an entry of the folder has changed. */
  changed(path: string): void {
    this.#folder(path).changes += 1
  }

  /** Resolves when all changes noted before are on the disk. */
  async sync(path: string): Promise<void> {
    const folder = this.#folder(path)
    const wanted = folder.changes
    while (folder.synced < wanted) {
      folder.running ??= this.#run(path, folder)
      await folder.running
    }
  }

  async #run(path: string, folder: Folder): Promise<void> {
    const covers = folder.changes
    try {
      await using handle = await open(path, 'r')
      await handle.sync()
      folder.synced = Math.max(folder.synced, covers)
    } finally {
      folder.running = undefined
    }
  }

  #folder(path: string): Folder {
    const known = this.#folders.get(path)
    if (known !== undefined) return known
    // What an earlier process changed counts as one change.
    const made: Folder = { changes: 1, synced: 0, running: undefined }
    this.#folders.set(path, made)
    return made
  }
}
