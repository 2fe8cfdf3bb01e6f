import { RE2JS } from 're2js'
import { KustomizeError } from './kustomize-error.ts'

/** A pattern of Go's regexp (RE2): time is linear in the text, whatever the pattern. */
export interface Regex {
  /** Whether it matches anywhere in the text. */
  matches(text: string): boolean
}

// Rules are few; compiled patterns are kept between objects and builds.
const KEPT_MAX = 1_000
const kept = new Map<string, Regex | undefined>()

/** Compiles a pattern; `undefined` where it is none. */
export function compileRegex(pattern: string): Regex | undefined {
  if (kept.has(pattern)) return kept.get(pattern)
  if (kept.size >= KEPT_MAX) kept.clear()
  const regex = compile(pattern)
  kept.set(pattern, regex)
  return regex
}

/** Compiles a pattern. @throws KustomizeError REGEX_SYNTAX */
export function requireRegex(pattern: string): Regex {
  const regex = compileRegex(pattern)
  if (regex !== undefined) return regex
  throw new KustomizeError('REGEX_SYNTAX', `error parsing regexp: ${reason(pattern)}`, {
    hint: 'patterns are those of Go (RE2), without look-around and back references',
  })
}

function compile(pattern: string): Regex | undefined {
  try {
    const compiled = RE2JS.compile(pattern)
    return { matches: (text) => compiled.matcher(text).find() }
  } catch {
    return undefined
  }
}

function reason(pattern: string): string {
  try {
    RE2JS.compile(pattern)
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^error parsing regexp: /, '')
      : String(error)
  }
  return ''
}
