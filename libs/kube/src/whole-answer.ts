import type { Dispatcher } from 'undici'

/** An answer that was read to its end. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export const ANSWER_BYTES_MAX: number = 64 * 1024 * 1024 // A page of 500 objects of 100 KiB, with room.

export class AnswerTooLarge extends Error {
  constructor() {
    super(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`)
  }
}

/**
 * Sends a request and reads its answer whole. Not by undici's own `request`: the stream that it makes for an answer costs
 * more than all else that is done with a small one (bench/push).
 */
export function wholeAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(signal, { resolve, reject })
    try {
      dispatcher.dispatch(options, exchange)
    } catch (error) {
      exchange.fail(error)
    }
  })
}

interface Settle {
  readonly resolve: (answer: WholeAnswer) => void
  readonly reject: (error: unknown) => void
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal
  readonly #settle: Settle
  readonly #chunks: Buffer[] = []
  #length = 0
  #controller: Dispatcher.DispatchController | undefined
  #head: Pick<WholeAnswer, 'status' | 'headers'> | undefined

  constructor(signal: AbortSignal, settle: Settle) {
    this.#signal = signal
    this.#settle = settle
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) this.#abort()
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: WholeAnswer['headers'],
  ): void {
    if (status >= 200) this.#head = { status, headers }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length > ANSWER_BYTES_MAX) controller.abort(new AnswerTooLarge())
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#head === undefined) {
      this.fail(new Error('the answer was cut short'))
      return
    }
    this.#signal.removeEventListener('abort', this.#abort)
    const [only = Buffer.alloc(0)] = this.#chunks
    const body = this.#chunks.length <= 1 ? only : Buffer.concat(this.#chunks, this.#length)
    this.#settle.resolve({ ...this.#head, text: body.toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  fail(error: unknown): void {
    this.#signal.removeEventListener('abort', this.#abort)
    this.#settle.reject(error)
  }

  /** What has not begun is not waited for: it ends as soon as it would begin. */
  readonly #abort = (): void => {
    const reason: unknown = this.#signal.reason
    this.#controller?.abort(reason instanceof Error ? reason : new Error('ended'))
    this.fail(reason)
  }
}
