import { type Clock } from '@tidemark/kernel'
import { LimitError } from './errors.ts'

/** What one render may use. Each field has a default below, with its reason. */
export interface BudgetLimits {
  /** Evaluated nodes and priced calls. */
  readonly stepsMax?: number
  /** Bytes of strings and lists that functions make, whether they are kept or not. */
  readonly memoryBytesMax?: number
  /** Bytes of finished output of all templates together. */
  readonly outputBytesMax?: number
  /** Templates that call one another: `template`, `include` and `tpl` alike. */
  readonly depthMax?: number
  /** Milliseconds on a clock that never jumps. Checked only where a clock is given. */
  readonly timeMsMax?: number
}

/**
 * Used up in a quarter of a second. kube-prometheus-stack takes 55,000, most charts a tenth of that; those that
 * read a megabyte of YAML or make keys take up to 330,000.
 */
const STEPS_MAX = 1_000_000
/** Twenty-five times what the largest chart of the corpus makes (istio-base: 4 MiB). */
const MEMORY_BYTES_MAX = 100 * 1024 * 1024
/** Thirty times what the largest chart of the corpus prints. */
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024
/** Helm allows 1,000 includes of one name; nothing real nests that deep. */
const DEPTH_MAX = 1_100
/** Where text/template itself stops, on a stack that grows. */
const UPSTREAM_DEPTH_MAX = 100_000
const TIME_MS_MAX = 30_000
/** How often the clock is read: each reading costs as much as some steps. */
const STEPS_PER_CLOCK_READING = 4_096
/** One value of a list: a reference and its share of the list. */
const BYTES_PER_ITEM = 16

/**
 * The meter of one render. It counts before anything is made, so that a hostile template is refused
 * before it hurts. What it throws is a `LimitError`, which no template function can catch.
 */
export class Budget {
  readonly #stepsMax: number
  readonly #memoryBytesMax: number
  readonly #outputBytesMax: number
  readonly #depthMax: number
  readonly #timeMsMax: number
  readonly #clock: Clock | undefined
  readonly #startMs: number
  readonly #patterns = new Set<string>()
  #steps = 0
  #memoryBytes = 0
  #outputBytes = 0
  #depth = 0
  #depthReached = 0
  #nextReading = STEPS_PER_CLOCK_READING

  constructor(limits: BudgetLimits = {}, clock?: Clock) {
    this.#stepsMax = limits.stepsMax ?? STEPS_MAX
    this.#memoryBytesMax = limits.memoryBytesMax ?? MEMORY_BYTES_MAX
    this.#outputBytesMax = limits.outputBytesMax ?? OUTPUT_BYTES_MAX
    this.#depthMax = limits.depthMax ?? DEPTH_MAX
    this.#timeMsMax = limits.timeMsMax ?? TIME_MS_MAX
    this.#clock = clock
    this.#startMs = clock?.monotonic() ?? 0
  }

  /** What was used so far. */
  get used(): { steps: number; memoryBytes: number; outputBytes: number; depth: number } {
    return {
      steps: this.#steps,
      memoryBytes: this.#memoryBytes,
      outputBytes: this.#outputBytes,
      depth: this.#depthReached,
    }
  }

  /** Takes `count` steps. Functions that cost more than a node call it with their price. */
  step(count = 1): void {
    this.#steps += count
    if (this.#steps >= this.#nextReading) this.#check()
  }

  /** Whether the render has not met an expression before. */
  isFirst(pattern: string): boolean {
    if (this.#patterns.has(pattern)) return false
    this.#patterns.add(pattern)
    return true
  }

  /** Takes room for a text of `bytes` that is about to be made. */
  text(bytes: number): void {
    this.#memoryBytes += bytes
    if (this.#memoryBytes > this.#memoryBytesMax)
      throw new LimitError(
        'TEMPLATE_MEMORY',
        `text of ${grouped(bytes)} bytes exceeds ${this.#room()}`,
      )
  }

  /** Takes room for a list of `length` that is about to be made, and the steps that filling it takes. */
  list(length: number): void {
    this.#memoryBytes += length * BYTES_PER_ITEM
    if (this.#memoryBytes > this.#memoryBytesMax)
      throw new LimitError('TEMPLATE_MEMORY', `list of ${grouped(length)} exceeds ${this.#room()}`)
    this.step(2 * length)
  }

  /** Counts finished output. */
  output(bytes: number): void {
    this.roomForOutput(bytes)
    this.#outputBytes += bytes
  }

  /** Output that grows is refused where it grows too large. */
  roomForOutput(bytes: number): void {
    if (this.#outputBytes + bytes > this.#outputBytesMax)
      throw new LimitError('TEMPLATE_OUTPUT', `${grouped(this.#outputBytesMax)} bytes exceeded`)
  }

  /** One template deeper. Every `enter` needs its `leave`. */
  enter(): void {
    this.#depth += 1
    if (this.#depth > this.#depthReached) this.#depthReached = this.#depth
    if (this.#depth > this.#depthMax)
      throw new LimitError(
        'TEMPLATE_DEPTH',
        `${grouped(this.#depthMax)} nested templates exceeded (upstream: exceeded maximum template depth (${UPSTREAM_DEPTH_MAX}))`,
      )
  }

  leave(): void {
    this.#depth -= 1
  }

  #room(): string {
    return `the ${grouped(this.#memoryBytesMax)} bytes of a render`
  }

  #check(): void {
    this.#nextReading = this.#steps + STEPS_PER_CLOCK_READING
    if (this.#steps > this.#stepsMax)
      throw new LimitError('TEMPLATE_FUEL', `${grouped(this.#stepsMax)} steps exceeded`)
    if (this.#clock === undefined) return
    if (this.#clock.monotonic() - this.#startMs > this.#timeMsMax)
      throw new LimitError('TEMPLATE_TIME', `${grouped(this.#timeMsMax)} ms exceeded`)
  }
}

/** 300000000 as 300,000,000, for people. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
