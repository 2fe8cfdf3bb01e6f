/** Applications to look at again, and object ids whose application is not known yet. */
export class Changes {
  readonly #ids = new Set<string>()
  #wake: () => void = () => undefined

  add(id: string): void {
    this.#ids.add(id)
    this.#wake()
  }

  /** Ends the wait of `next`, without a change. */
  wake(): void {
    this.#wake()
  }

  take(): readonly string[] {
    const ids = [...this.#ids]
    this.#ids.clear()
    return ids
  }

  /** Resolves at the next change, or with the signal. */
  next(signal: AbortSignal): Promise<void> {
    if (this.#ids.size > 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end)
        resolve()
      }
      this.#wake = end
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
