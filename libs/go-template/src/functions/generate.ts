import { createHash } from 'node:crypto'
import { type CallContext } from '../call-context.ts'
import { toBuffer } from '../byte-string.ts'
import { sprintf } from '../fmt/printf.ts'
import { type GeneratedSources } from '../generated-values.ts'
import { type Value } from '../values.ts'

/** Joins arguments before they are hashed; it occurs in no number and in no quoted text. */
const SEPARATOR = '\0'

/** Draws a value that is no function of its inputs, through the port that remembers it. */
export function generated(
  context: CallContext,
  { name, args, price }: { name: string; args: readonly Value[]; price: number },
  generate: (sources: GeneratedSources) => string,
): string {
  const shown = args.map((arg) => sprintf('%T %#v', [arg, arg])).join(SEPARATOR)
  const argumentsDigest = createHash('sha256').update(toBuffer(shown)).digest('hex')
  const { template } = context.position()
  // What is replayed costs nothing; what is drawn has its price before it is made.
  return context.generated.remember({ template, function: name, argumentsDigest }, (sources) => {
    context.pay(price)
    return generate(sources)
  })
}
