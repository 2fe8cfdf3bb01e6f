const NAME_BYTES_MAX = 4096 // Longer than any file system lets Git store.
// oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/

/**
 * Whether Git would take this as the name of a ref (git-check-ref-format, rules 1 to 10, without the need of
 * a slash), and not as an option: nothing starts with a dash.
 */
export function isRefname(name: string): boolean {
  if (name === '' || name === '@' || name.startsWith('-')) return false
  if (FORBIDDEN.test(name) || Buffer.byteLength(name) > NAME_BYTES_MAX) return false
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
}
