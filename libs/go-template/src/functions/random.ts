import { createHash } from 'node:crypto'
import { type Random } from '@tidemark/kernel'
import { type CallContext } from '../call-context.ts'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { fromRune, runesOf } from '../byte-string.ts'
import { goInt, type Value } from '../values.ts'
import { integerOf, textOf, wholeOf } from './arguments.ts'
import { generated } from './generate.ts'

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
/** One random character costs about as much as this many steps. */
const STEPS_PER_CHARACTER = 1
/** How much the port gives at once. */
const BYTES_PER_DRAW = 4_096

/** Random functions of sprig v3.3.0; what they gave is remembered by the port. */
export const randomFunctions: Readonly<Record<string, GoFunction>> = {
  randAlphaNum: characters('randAlphaNum', LETTERS + DIGITS),
  randAlpha: characters('randAlpha', LETTERS),
  randNumeric: characters('randNumeric', DIGITS),
  randAscii: characters('randAscii', ASCII),
  randBytes: fixed(['int'], ([count], context) => {
    const length = integerOf(count)
    if (length < 0) throw new FunctionError('runtime error: makeslice: len out of range')
    context.budget.text(length * 2)
    return generated(context, { name: 'randBytes', args: [count], price: length }, ({ random }) =>
      Buffer.from(drawn(random, length)).toString('base64'),
    )
  }),
  randInt: fixed(['int', 'int'], ([least, most], context) => {
    const [from, to] = [wholeOf(least), wholeOf(most)]
    // As in Go, the difference and the sum wrap.
    const span = BigInt.asIntN(64, to - from)
    if (span <= 0n) throw new FunctionError('invalid argument to Intn')
    const text = generated(
      context,
      { name: 'randInt', args: [least, most], price: 1 },
      ({ random }) => String(BigInt.asIntN(64, from + below(random, span))),
    )
    return goInt(BigInt(text))
  }),
  uuidv4: fixed([], (_, context) =>
    generated(context, { name: 'uuidv4', args: [], price: 1 }, ({ random }) => random.uuid()),
  ),
  shuffle: fixed(['string'], ([text], context) => shuffled(text, context)),
}

function characters(name: string, alphabet: string): GoFunction {
  return fixed(['int'], ([count], context) => {
    const length = integerOf(count)
    // Upstream swallows the error for a negative count.
    if (length <= 0) return ''
    context.budget.text(length)
    return generated(
      context,
      { name, args: [count], price: length * STEPS_PER_CHARACTER },
      ({ random }) => draw(random, alphabet, length),
    )
  })
}

/** Characters of equal chance: bytes beyond the last whole multiple of the alphabet are drawn again. */
function draw(random: Random, alphabet: string, length: number): string {
  const limit = 256 - (256 % alphabet.length)
  const parts: string[] = []
  while (parts.length < length)
    for (const byte of random.bytes(Math.min(BYTES_PER_DRAW, (length - parts.length) * 2)))
      if (byte < limit && parts.length < length) parts.push(alphabet.charAt(byte % alphabet.length))
  return parts.join('')
}

function drawn(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += BYTES_PER_DRAW)
    bytes.set(random.bytes(Math.min(BYTES_PER_DRAW, length - at)), at)
  return bytes
}

/** A number from zero up to but without `limit`. */
function below(random: Random, limit: bigint): bigint {
  return Buffer.from(random.bytes(8)).readBigUInt64BE() % limit
}

function shuffled(text: Value, context: CallContext): string {
  const length = textOf(text).length
  const seed = createHash('sha256').update(textOf(text), 'latin1').digest('hex')
  const order = generated(
    context,
    { name: 'shuffle', args: [seed], price: length },
    ({ random }) => {
      const runes = runesOf(textOf(text))
      for (let at = runes.length - 1; at > 0; at--) {
        const other = Number(below(random, BigInt(at + 1)))
        const kept = runes[at] ?? 0
        runes[at] = runes[other] ?? 0
        runes[other] = kept
      }
      return runes.map(fromRune).join('')
    },
  )
  return order
}
