type Job = () => Promise<void>

/**
 * Runs jobs in order per key, and at most `concurrency` keys at once. Keys take turns, so one with many
 * jobs does not hold up the others. It has no bound of its own: who pushes looks after that.
 */
export class KeyedQueue {
  readonly #concurrency: number
  readonly #waiting = new Map<string, Job[]>()
  readonly #ready: string[] = []
  #running = 0
  #onIdle: (() => void)[] = []
  /** Called when a job rejects. The queue goes on. */
  onFailure: (error: unknown) => void = () => undefined

  constructor(concurrency: number) {
    this.#concurrency = concurrency
  }

  /** Jobs that wait or run. */
  get size(): number {
    let waiting = this.#running
    for (const jobs of this.#waiting.values()) waiting += jobs.length
    return waiting
  }

  push(key: string, job: Job): void {
    const jobs = this.#waiting.get(key)
    if (jobs === undefined) {
      this.#waiting.set(key, [job])
      this.#ready.push(key)
    } else {
      jobs.push(job)
    }
    this.#start()
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#ready.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle.push(resolve)
    })
  }

  #start(): void {
    while (this.#running < this.#concurrency) {
      const key = this.#ready.shift()
      if (key === undefined) break
      const job = this.#waiting.get(key)?.shift()
      if (job === undefined) continue
      this.#running += 1
      void this.#run(key, job)
    }
  }

  async #run(key: string, job: Job): Promise<void> {
    try {
      await job()
    } catch (error) {
      this.onFailure(error)
    }
    this.#running -= 1
    if ((this.#waiting.get(key)?.length ?? 0) > 0) this.#ready.push(key)
    else this.#waiting.delete(key)
    this.#start()
    if (this.#running > 0 || this.#ready.length > 0) return
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }
}
