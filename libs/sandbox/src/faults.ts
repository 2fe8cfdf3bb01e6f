import type { ApiRequest } from './api/request.ts'

/** What goes wrong with a request. */
export type Fault =
  /** It is refused with this status, and nothing happens. */
  | { readonly kind: 'status'; readonly code: number; readonly retryAfterSeconds?: number }
  /** It is answered this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It takes effect, and is never answered: a connection that is half open. */
  | { readonly kind: 'hang' }
  /** It takes no effect, and the connection is cut. */
  | { readonly kind: 'cut-before' }
  /** It takes effect, and the connection is cut before the answer: the outcome is unknown to the client. */
  | { readonly kind: 'cut-after' }

export interface FaultRule {
  readonly fault: Fault
  /** The cluster; without it, all. */
  readonly cluster?: string
  readonly method?: string
  /** A part of the path, such as `/deployments/web`. */
  readonly path?: string
  /** How often it happens; without it, until it is removed. */
  readonly times?: number
}

/** The faults of a sandbox: requests that match a rule go wrong. */
export class Faults {
  readonly #rules = new Map<FaultRule, number>()

  /** Adds a rule; disposing what it returns removes it. */
  add(rule: FaultRule): Disposable {
    this.#rules.set(rule, rule.times ?? Infinity)
    return { [Symbol.dispose]: () => this.#rules.delete(rule) }
  }

  clear(): void {
    this.#rules.clear()
  }

  /** The fault that a request meets, which counts as having happened. */
  take(cluster: string, request: ApiRequest): Fault | undefined {
    for (const [rule, left] of this.#rules) {
      if (!matches(rule, cluster, request)) continue
      if (left <= 1) this.#rules.delete(rule)
      else this.#rules.set(rule, left - 1)
      return rule.fault
    }
    return undefined
  }
}

function matches(rule: FaultRule, cluster: string, request: ApiRequest): boolean {
  if (rule.cluster !== undefined && rule.cluster !== cluster) return false
  if (rule.method !== undefined && rule.method !== request.method) return false
  return rule.path === undefined || request.path.includes(rule.path)
}
