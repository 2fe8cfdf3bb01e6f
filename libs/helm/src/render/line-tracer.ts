import { fromBytes, GoMap, type Tracer, type Value } from '@tidemark/go-template'

/** Where a line of output comes from: the template line that printed it, and the values that it used. */
export interface LineOrigin {
  readonly template: string
  /** From 1. */
  readonly line: number
  /** Paths of values with dots. */
  readonly values: readonly string[]
}

interface Source {
  readonly name: string
  readonly text: string
}

/** A piece of output, and what printed it. */
interface Segment {
  readonly start: number
  readonly end: number
  readonly source: Source
  readonly offset: number
  readonly values: readonly string[]
  /** For text that other templates gave: the origins of their lines, by the line without its indent. */
  readonly lines: ReadonlyMap<string, LineOrigin>
}

/** One template that is being executed. */
class Frame {
  readonly segments: Segment[] = []
  length = 0
  reads = new Set<string>()
  lines = new Map<string, LineOrigin>()
  readonly allReads = new Set<string>()
}

/**
 * Follows a render so that each line of output can be told its origin. What another template gave, and a
 * function then indented, is found again by its text.
 */
export class LineTracer implements Tracer {
  readonly #paths = new WeakMap<ReadonlyMap<string, Value>, string>()
  readonly #stack: Frame[] = []

  /** Names the tables of the values, so that reads of them have paths. */
  name(values: GoMap, path: string): void {
    this.#paths.set(values.entries, path)
    for (const [key, value] of values.entries)
      if (value instanceof GoMap) this.name(value, path === '' ? key : `${path}.${key}`)
  }

  /** A template is executed for its output; `finish` gives the origins of its lines. */
  begin(): void {
    this.#stack.length = 0
    this.#stack.push(new Frame())
  }

  finish(output: string): readonly LineOrigin[] {
    const frame = this.#stack.pop()
    return frame === undefined ? [] : originsOf(frame, output)
  }

  printed({ source, offset, text }: { source: Source; offset: number; text: string }): void {
    const frame = this.#top()
    const values = [...frame.reads]
    const { lines } = frame
    frame.segments.push({
      start: frame.length,
      end: frame.length + text.length,
      source,
      offset,
      values,
      lines,
    })
    frame.length += text.length
    frame.reads = new Set()
    frame.lines = new Map()
  }

  read(map: Value, key: string): void {
    const path = map instanceof GoMap ? this.#paths.get(map.entries) : undefined
    if (path === undefined) return
    const frame = this.#top()
    const below = path === '' ? key : `${path}.${key}`
    frame.reads.delete(path)
    frame.reads.add(below)
    frame.allReads.add(below)
  }

  entered(): void {
    this.#stack.push(new Frame())
  }

  left(output: string): void {
    const inner = this.#stack.pop()
    const outer = this.#top()
    if (inner === undefined) return
    const lines = output.split('\n')
    for (const [index, origin] of originsOf(inner, output).entries()) {
      const line = lines[index]?.trim() ?? ''
      if (line !== '') outer.lines.set(line, origin)
    }
    for (const path of inner.allReads) {
      outer.reads.add(path)
      outer.allReads.add(path)
    }
  }

  #top(): Frame {
    const frame = this.#stack.at(-1)
    if (frame !== undefined) return frame
    const first = new Frame()
    this.#stack.push(first)
    return first
  }
}

function originsOf({ segments }: Frame, output: string): LineOrigin[] {
  const origins: LineOrigin[] = []
  let start = 0
  let first = 0
  for (const line of output.split('\n')) {
    const end = start + line.length
    while ((segments[first]?.end ?? Infinity) <= start) first += 1
    const overlapping: Segment[] = []
    for (let at = first; (segments[at]?.start ?? Infinity) < Math.max(end, start + 1); at++) {
      const segment = segments[at]
      if (segment !== undefined) overlapping.push(segment)
    }
    origins.push(originOf(overlapping, { line, start }))
    start = end + 1
  }
  return origins
}

function originOf(
  segments: readonly Segment[],
  { line, start }: { line: string; start: number },
): LineOrigin {
  const at = start + line.length - line.trimStart().length
  const printing =
    segments.find((segment) => segment.start <= at && at < segment.end) ?? segments[0]
  if (printing === undefined) return { template: '', line: 0, values: [] }
  const known = printing.lines.get(line.trim())
  if (known !== undefined) return known
  const values = new Set(segments.flatMap((segment) => segment.values))
  return {
    template: fromBytes(printing.source.name),
    line: lineOf(printing, at),
    values: [...values].map(fromBytes),
  }
}

/** Text keeps its lines; an action is where it stands. */
function lineOf({ source, offset, start }: Segment, at: number): number {
  const isText =
    !source.text.startsWith('{{', offset) &&
    source.text.slice(0, offset).lastIndexOf('{{') <= source.text.slice(0, offset).lastIndexOf('}}')
  const end = isText ? offset + Math.max(at - start, 0) : offset
  return countLines(source.text, end) + 1
}

function countLines(text: string, end: number): number {
  let lines = 0
  for (
    let found = text.indexOf('\n');
    found !== -1 && found < end;
    found = text.indexOf('\n', found + 1)
  )
    lines += 1
  return lines
}
