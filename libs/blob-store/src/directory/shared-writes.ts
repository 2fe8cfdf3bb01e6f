interface Waiting<T> {
  readonly items: readonly T[]
  readonly done: PromiseWithResolvers<void>
}

/** Group commit: what arrives while a write runs goes together into the next one. */
export class SharedWrites<T> {
  readonly #write: (items: readonly T[]) => Promise<void>
  readonly #itemsMax: number
  readonly #gather: (() => Promise<void>) | undefined
  readonly #waiting: Waiting<T>[] = []
  #running = false

  /**
   * `itemsMax` bounds a write, except that what was added at once stays together. `gather` holds a write up, where one
   * costs more than waiting.
   */
  constructor(
    write: (items: readonly T[]) => Promise<void>,
    { itemsMax, gather }: { readonly itemsMax: number; readonly gather?: () => Promise<void> },
  ) {
    this.#write = write
    this.#itemsMax = itemsMax
    this.#gather = gather
  }

  /** Resolves when the items are written; throws what their write throws. */
  add(items: readonly T[]): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ items, done })
    if (!this.#running) void this.#run()
    return done.promise
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      await this.#gather?.()
      const taken = this.#take()
      try {
        await this.#write(taken.flatMap(({ items }) => items))
        for (const { done } of taken) done.resolve()
      } catch (error) {
        for (const { done } of taken) done.reject(error)
      }
    }
    this.#running = false
  }

  #take(): readonly Waiting<T>[] {
    let count = 0
    const taken: Waiting<T>[] = []
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      count += next.items.length
      if (taken.length > 0 && count > this.#itemsMax) break
      taken.push(next)
      this.#waiting.shift()
    }
    return taken
  }
}
