import type { CatFile } from './cat-file.ts'

/** Keeps the children of the repositories that were read last, and ends those of the others. */
export class WarmChildren {
  readonly #max: number
  /** Least recently used first. */
  readonly #used = new Set<CatFile>()

  constructor(max: number) {
    this.#max = max
  }

  /** Notes that a reader is used now. One that is being read is never ended. */
  use(reader: CatFile): void {
    this.#used.delete(reader)
    this.#used.add(reader)
    for (const oldest of this.#used) {
      if (this.#used.size <= this.#max) return
      if (oldest.isBusy) continue
      oldest.stop()
      this.#used.delete(oldest)
    }
  }
}
