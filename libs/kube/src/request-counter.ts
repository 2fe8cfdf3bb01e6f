/** What a request is for. `apply-dry-run` writes nothing. */
export type Verb =
  | 'discover'
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'apply'
  | 'apply-dry-run'
  | 'patch'
  | 'delete'

/** How many requests a client has sent, by verb: what an idle minute or a push costs. Repeated ones count each time. */
export class RequestCounter {
  readonly #counts = new Map<Verb, number>()

  add(verb: Verb): void {
    this.#counts.set(verb, this.of(verb) + 1)
  }

  of(verb: Verb): number {
    return this.#counts.get(verb) ?? 0
  }

  /** All requests but watches, which stay open. */
  total(): number {
    let total = 0
    for (const [verb, count] of this.#counts) if (verb !== 'watch') total += count
    return total
  }

  /** Requests that changed, or meant to change, the cluster. */
  writes(): number {
    return this.of('create') + this.of('apply') + this.of('patch') + this.of('delete')
  }

  snapshot(): Readonly<Partial<Record<Verb, number>>> {
    return Object.fromEntries(this.#counts)
  }
}
