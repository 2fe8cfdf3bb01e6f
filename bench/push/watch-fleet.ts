import type { Pool } from 'undici'
import { setTimeout as sleep } from 'node:timers/promises'
import { FLEET, GENERATION, KINDS, type Kind } from './fleet.ts'

const LATE_MS = 120_000 // A push that takes longer is a failure of the bench.

const PATHS: Readonly<Record<Kind, string>> = {
  ServiceAccount: '/api/v1/serviceaccounts',
  ConfigMap: '/api/v1/configmaps',
  Service: '/api/v1/services',
  Deployment: '/apis/apps/v1/deployments',
  Ingress: '/apis/networking.k8s.io/v1/ingresses',
}

/** Watches all objects of both fleets, as a client that wants to know when a push has arrived. */
export class FleetWatch implements AsyncDisposable {
  readonly #ending = new AbortController()
  readonly #running: readonly Promise<void>[]
  readonly #seen = new Map<string, number>()
  #onEvent: () => void = () => undefined

  constructor(pool: Pool, headers: Readonly<Record<string, string>>) {
    this.#running = KINDS.map((kind) => this.#follow(pool, headers, kind))
  }

  /** Resolves when `count` objects of a fleet carry this generation, with the time of the last. */
  async arrived(fleet: string, generation: number, count: number): Promise<number> {
    const until = performance.now() + LATE_MS
    while (performance.now() < until) {
      const times = this.#timesOf(fleet, generation)
      if (times.length >= count) return Math.max(...times)
      await new Promise<void>((resolve) => {
        this.#onEvent = resolve
        void sleep(1_000).then(resolve)
      })
    }
    const { length } = this.#timesOf(fleet, generation)
    throw new Error(`only ${length} of ${count} objects of ${fleet} arrived at ${generation}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#running)
  }

  #timesOf(fleet: string, generation: number): readonly number[] {
    const prefix = `${fleet}/${generation}/`
    return [...this.#seen].filter(([key]) => key.startsWith(prefix)).map(([, at]) => at)
  }

  async #follow(pool: Pool, headers: Readonly<Record<string, string>>, kind: Kind): Promise<void> {
    const path = `${PATHS[kind]}?watch=true&resourceVersion=0&labelSelector=${encodeURIComponent(FLEET)}`
    const { signal } = this.#ending
    try {
      const { body } = await pool.request({ path, method: 'GET', headers, signal })
      let rest = ''
      for await (const chunk of body) {
        const at = performance.now()
        const lines = (rest + String(chunk)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) this.#take(line, at)
      }
      throw new Error(`the watch of ${kind} has ended: ${rest}`)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #take(line: string, at: number): void {
    if (line.startsWith('{"type":"ERROR"')) throw new Error(`watch: ${line}`)
    const name = /"metadata":\{"name":"(?<name>[^"]*)"/u.exec(line)?.groups?.['name'] ?? ''
    const kind = /"object":\{"kind":"(?<kind>\w+)"/u.exec(line)?.groups?.['kind'] ?? ''
    const fleet = valueOf(line, FLEET)
    const generation = valueOf(line, GENERATION)
    const key = `${fleet}/${generation}/${kind}/${name}`
    if (!this.#seen.has(key)) this.#seen.set(key, at)
    this.#onEvent()
  }
}

/** The first value of a label or annotation in an object's JSON. */
function valueOf(json: string, key: string): string {
  const from = json.indexOf(`"${key}":"`) + key.length + 4
  return json.slice(from, json.indexOf('"', from))
}
