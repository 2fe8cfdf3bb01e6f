/** Who wants to know that the log has grown. */
export class Growth {
  readonly #listeners = new Set<() => void>()

  subscribe(listener: () => void): Disposable {
    // One function may be subscribed twice; each subscription is its own.
    const own = (): void => listener()
    this.#listeners.add(own)
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) }
  }

  announce(): void {
    for (const listener of this.#listeners) listener()
  }
}
