/** JSON as Go's `encoding/json` writes it: signatures are over these bytes. */
export function goJson(value: unknown, html: 'escaped' | 'plain' = 'escaped'): string {
  const text = JSON.stringify(value)
  const separators = text.replace(/[\u2028\u2029]/gu, escaped)
  return html === 'plain' ? separators : separators.replace(/[<>&]/gu, escaped)
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}
