import { formsOf } from './secret-forms.ts'
import { SecretAutomaton } from './secret-automaton.ts'
import { TooManySecrets } from './sealing-errors.ts'

const SECRET_BYTES_MIN = 8 // Shorter ones are words that stand everywhere: masking them hides the message.
const FORM_UNITS_MAX = 8 * 1024 * 1024 // About 300 MB of automaton; eight of the largest Secrets of a cluster.
const MASK = '[secret]'

/**
 * Masks secret inputs in any text that leaves the process: errors, logs, diffs. Each secret of at least 8
 * bytes is found as it is, as a JSON or URL string writes it, in base64 at any alignment, and line by line
 * where it has lines. One pass over the text, however many secrets there are.
 */
export class Masker {
  readonly #automaton: SecretAutomaton | undefined

  /** Throws `TooManySecrets` when all forms together are longer than 8 Mi characters. */
  constructor(secrets: Iterable<string | Uint8Array>) {
    const forms = new Set<string>()
    for (const secret of secrets) {
      const bytes = typeof secret === 'string' ? Buffer.from(secret) : Buffer.from(secret)
      if (bytes.length < SECRET_BYTES_MIN) continue
      for (const form of formsOf(bytes)) forms.add(form)
    }
    let units = 0
    for (const form of forms) units += form.length
    if (units > FORM_UNITS_MAX) throw new TooManySecrets(units, FORM_UNITS_MAX)
    this.#automaton = forms.size === 0 ? undefined : new SecretAutomaton([...forms], units)
  }

  /** The text with `[secret]` in place of each secret; touching and overlapping ones become one mask. */
  mask(text: string): string {
    const found = this.#automaton?.find(text) ?? []
    if (found.length === 0) return text
    const parts: string[] = []
    let from = 0
    for (const { start, end } of found) {
      parts.push(text.slice(from, start), MASK)
      from = end
    }
    parts.push(text.slice(from))
    return parts.join('')
  }
}
