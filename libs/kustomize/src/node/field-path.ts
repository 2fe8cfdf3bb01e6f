/** Splits at a delimiter that a backslash before it keeps; one leading delimiter is dropped. */
export function splitPath(path: string, delimiter: string): string[] {
  let parts = path.split(delimiter)
  if (parts.length > 1 && parts[0] === '') parts = parts.slice(1)
  const result: string[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (last?.endsWith('\\')) result[result.length - 1] = last.slice(0, -1) + delimiter + part
    else result.push(part)
  }
  return result
}

/**
 * Splits a path like `spec.containers.[name=a.b].image`, keeping what is in brackets together: `[name=a.b]` stays a
 * selector, `[a.b]` is the field `a.b`.
 */
export function splitBracketPath(path: string, delimiter: string): string[] {
  const parts = splitPath(path, delimiter)
  const result: string[] = []
  for (let at = 0; at < parts.length; at += 1) {
    let part = parts[at] ?? ''
    if (!part.startsWith('[') || part.endsWith(']')) {
      result.push(part)
      continue
    }
    while (at < parts.length - 1 && !part.endsWith(']')) {
      at += 1
      part += delimiter + (parts[at] ?? '')
    }
    result.push(part.includes('=') ? part : part.replace(/^[[\]]+|[[\]]+$/g, ''))
  }
  return result
}

/** `[name=value]`, as name and value; `undefined` where there is no `=`. */
export function splitSelector(part: string): readonly [name: string, value: string] | undefined {
  const inner = part.replace(/\]$/, '').replace(/^\[/, '')
  const equals = inner.indexOf('=')
  return equals < 0 ? undefined : [inner.slice(0, equals), inner.slice(equals + 1)]
}

export function isSelector(part: string): boolean {
  return part.startsWith('[') && part.endsWith(']')
}

/** A place in a list, counted from 0. */
export function isIndex(part: string): boolean {
  return /^\+?[0-9]+$/.test(part) || /^-0+$/.test(part)
}
