import { type Value } from './values.ts'

/** What a call costs beside the nodes that it is made of, in steps. */
export interface Price {
  /** The call itself. */
  readonly call: number
  /** So many bytes of the texts that it is given cost one more. */
  readonly bytesPerStep: number
}

/** What each node of a template costs, where it is evaluated. */
export const NODE_STEPS = 2

/** Of a function that visits its texts once, with what the machine has for it. */
const USUAL: Price = { call: 0, bytesPerStep: 256 }
/** What changes each byte has paid for it before. */
const RESULT_BYTES_PER_STEP_MIN = 4

/** What a call is to pay before it is made. */
export function priceOf(args: readonly Value[], price: Price = USUAL): number {
  let bytes = 0
  for (const arg of args) if (typeof arg === 'string') bytes += arg.length
  return price.call + Math.floor(bytes / price.bytesPerStep)
}

/** What is paid for what a call gave. */
export function priceOfResult(result: Value, { bytesPerStep }: Price = USUAL): number {
  if (typeof result !== 'string') return 0
  return Math.floor(result.length / Math.max(bytesPerStep, RESULT_BYTES_PER_STEP_MIN))
}
