const FORM_BYTES_MIN = 8 // What is shorter would be found in innocent text.
const LINE_UNITS_MIN = 24 // A line of a key or a token; shorter lines may be anybody's `kind: Config`.
const ALIGNED_BYTES_MAX = 64 * 1024 // Larger secrets are files: looked for as they are and as one base64 text.

/**
 * The texts as which a secret may turn up. Base64 of a text that contains the secret depends on where in
 * it the secret begins (modulo 3), so the middle that does not depend on its neighbours is taken for each.
 */
export function formsOf(secret: Buffer): readonly string[] {
  const forms = [...base64FormsOf(secret)]
  const text = secret.toString('utf8')
  if (Buffer.from(text).equals(secret)) {
    forms.push(text, text.trim(), JSON.stringify(text).slice(1, -1), urlForm(text))
    forms.push(...longLinesOf(text))
  }
  return forms.filter((form) => Buffer.byteLength(form) >= FORM_BYTES_MIN)
}

function base64FormsOf(secret: Buffer): readonly string[] {
  const whole = secret.toString('base64')
  const forms = [whole, whole.replace(/=+$/, '')]
  const alignments = secret.length > ALIGNED_BYTES_MAX ? [0] : [0, 1, 2]
  for (const before of alignments) {
    const shifted = Buffer.concat([Buffer.alloc(before), secret])
    const bitsInside = shifted.length * 8
    // The first character that holds only bits of the secret, and the end of the last such one.
    const start = Math.ceil((before * 8) / 6)
    const end = Math.floor(bitsInside / 6)
    forms.push(shifted.toString('base64').slice(start, end))
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

function urlForm(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text
}

/** The lines of a PEM file, a known_hosts file and the like, which a message may show one by one. */
function longLinesOf(text: string): readonly string[] {
  if (!text.includes('\n')) return []
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= LINE_UNITS_MIN && !line.includes(' '))
}
