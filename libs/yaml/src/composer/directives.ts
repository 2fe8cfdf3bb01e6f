import type { Flavour } from '../flavour.ts'
import { syntaxError } from '../scanner/syntax-error.ts'
import type { Scanner } from '../scanner/scanner.ts'
import type { Token } from '../scanner/token.ts'

export type TagHandles = ReadonlyMap<string, string>

const DEFAULT_HANDLES: TagHandles = new Map([
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
])

/** Takes the `%` lines in front of a document; gives what the tag handles stand for in it. */
export function readDirectives(scanner: Scanner, flavour: Flavour): TagHandles {
  let handles: Map<string, string> | undefined
  let versioned = false
  for (;;) {
    const token = scanner.peek()
    if (token.kind === 'version-directive') {
      if (versioned) throw refuse(token, 'found duplicate %YAML directive', flavour)
      if (token.value !== '1.1') throw refuse(token, 'found incompatible YAML document', flavour)
      versioned = true
    } else if (token.kind === 'tag-directive') {
      handles ??= new Map()
      if (handles.has(token.value)) throw refuse(token, 'found duplicate %TAG directive', flavour)
      handles.set(token.value, token.suffix)
    } else {
      return handles === undefined ? DEFAULT_HANDLES : new Map([...DEFAULT_HANDLES, ...handles])
    }
    scanner.skip()
  }
}

function refuse(token: Token, problem: string, flavour: Flavour): Error {
  const context = { line: 0, column: 0 }
  return syntaxError(problem, { flavour, context, place: token, ahead: 0 })
}
