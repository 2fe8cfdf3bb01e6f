import { refuseText } from '../limits.ts'
import type { VarValue } from './expand-vars.ts'

/**
 * Expands `$(NAME)` in a text as Kubernetes does in the arguments of containers: `$$` is a dollar sign, an unknown name
 * stays. A text that is nothing but one reference takes the type of the value.
 */
export function expandText(
  text: string,
  values: ReadonlyMap<string, VarValue>,
  used: Set<string>,
): VarValue {
  if (!text.includes('$')) return text
  let result = ''
  let from = 0
  for (let at = 0; at < text.length - 1; at += 1) {
    if (text[at] !== '$') continue
    result += text.slice(from, at)
    const next = text[at + 1] ?? ''
    const close = next === '(' ? text.indexOf(')', at + 2) : -1
    if (close >= 0) {
      const name = text.slice(at + 2, close)
      const value = valueOf(name, values, used)
      if (value !== undefined && text.length === name.length + 3) return value
      result += value === undefined ? `$(${name})` : printed(value)
      refuseText(result.length)
      at = close
    } else {
      result += next === '$' ? '$' : `$${next}`
      at += 1
    }
    from = at + 1
  }
  return result + text.slice(from)
}

function valueOf(
  name: string,
  values: ReadonlyMap<string, VarValue>,
  used: Set<string>,
): Exclude<VarValue, object> | undefined {
  const value = values.get(name)
  if (value === undefined || typeof value === 'object') return undefined
  used.add(name)
  return value
}

function printed(value: Exclude<VarValue, object>): string {
  return String(value)
}
