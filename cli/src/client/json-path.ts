import { field, isJsonList, isJsonObject, type Json } from '@tidemark/manifests'

/** A template of kubectl's: texts, and paths in braces. */
export type JsonPath = readonly Part[]

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'range'; readonly steps: readonly Step[]; readonly body: JsonPath }

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly steps: readonly Step[]; readonly equals: string }

/** A template that is not understood; the message says where. */
export class JsonPathRefused extends Error {
  override readonly name: string = 'JsonPathRefused'
}

/**
 * Reads a template: `{.items[*].cluster}`, `{range .items[*]}{.object.name}{"\n"}{end}`, and filters such as
 * `{.items[?(@.cluster=="eu")].revision}`. Without braces the whole of it is a path, as for kubectl. Throws
 * `JsonPathRefused`.
 */
export function parseJsonPath(text: string): JsonPath {
  const whole = text.includes('{') ? text : `{${text.startsWith('.') ? '' : '.'}${text}}`
  const open: Open[] = [{ parts: [], over: [] }]
  for (const [, literal = '', inner] of whole.matchAll(PIECES)) {
    if (literal !== '') open.at(-1)?.parts.push({ kind: 'text', text: literal })
    if (inner !== undefined) takeWords(inner.trim(), open, text)
  }
  if (open.length > 1) throw new JsonPathRefused(`${text}: {range} without {end}`)
  return open[0]?.parts ?? []
}

/** What stands before a brace, and what stands in it; a text in quotes may hold braces. */
const PIECES = /([^{]*)(?:\{((?:"[^"]*"|[^}"])*)\})?/gu

/** A range that has begun, and the parts of it so far; the first one is the template itself. */
interface Open {
  readonly parts: Part[]
  readonly over: readonly Step[]
}

function takeWords(words: string, open: Open[], text: string): void {
  if (words.startsWith('range ')) {
    open.push({ parts: [], over: parseSteps(words.slice('range '.length).trim()) })
    return
  }
  if (words !== 'end') {
    open.at(-1)?.parts.push(partOf(words))
    return
  }
  const ended = open.length > 1 ? open.pop() : undefined
  if (ended === undefined) throw new JsonPathRefused(`${text}: {end} without {range}`)
  open.at(-1)?.parts.push({ kind: 'range', steps: ended.over, body: ended.parts })
}

/** What a template makes of a value; several values are parted by spaces, as kubectl does it. */
export function evaluateJsonPath(path: JsonPath, value: Json): string {
  return path.map((part) => evaluatePart(part, value)).join('')
}

function evaluatePart(part: Part, value: Json): string {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'path':
      return walk(part.steps, [value]).map(textOf).join(' ')
    default:
      return walk(part.steps, [value])
        .map((item) => evaluateJsonPath(part.body, item))
        .join('')
  }
}

function partOf(words: string): Part {
  if (!words.startsWith('"')) return { kind: 'path', steps: parseSteps(words) }
  const text: unknown = JSON.parse(words)
  return { kind: 'text', text: String(text) }
}

const STEP =
  /\.([\w-]+)|\['([^']+)'\]|\[(\d+)\]|\[(\*)\]|\.(\*)|\[\?\(@((?:\.[\w-]+)+)\s*==\s*["']([^"']*)["']\)\]/uy

function parseSteps(text: string): readonly Step[] {
  const steps: Step[] = []
  const path = text.replace(/^[$@]/u, '')
  if (path === '.') return steps
  for (let at = 0; at < path.length;) {
    STEP.lastIndex = at
    const match = STEP.exec(path)
    if (match === null)
      throw new JsonPathRefused(
        `jsonpath ${text}: '${path.slice(at)}' is not understood; write .field, ['field'], [0], [*] or [?(@.field=="value")]`,
      )
    at = STEP.lastIndex // Reading a filter moves it.
    steps.push(stepOf(match))
  }
  return steps
}

function stepOf([, member, quoted, index, all, star, filter, equals]: RegExpExecArray): Step {
  const name = member ?? quoted
  if (name !== undefined) return { kind: 'member', name }
  if (index !== undefined) return { kind: 'index', index: Number(index) }
  if (all !== undefined || star !== undefined) return { kind: 'all' }
  return { kind: 'filter', steps: parseSteps(filter ?? ''), equals: equals ?? '' }
}

function walk(steps: readonly Step[], values: readonly Json[]): readonly Json[] {
  return steps.reduce<readonly Json[]>(
    (found, step) => found.flatMap((value) => [...take(step, value)]),
    values,
  )
}

function take(step: Step, value: Json): readonly Json[] {
  switch (step.kind) {
    case 'member':
      return present(field(value, step.name))
    case 'index':
      return isJsonList(value) ? present(value[step.index]) : []
    case 'all':
      return childrenOf(value)
    default:
      return childrenOf(value).filter((child) =>
        walk(step.steps, [child]).some((found) => textOf(found) === step.equals),
      )
  }
}

function childrenOf(value: Json): readonly Json[] {
  if (isJsonList(value)) return value
  return isJsonObject(value) ? Object.values(value) : []
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value]
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
