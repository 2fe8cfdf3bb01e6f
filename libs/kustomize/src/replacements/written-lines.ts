import { printYaml } from '@tidemark/yaml'
import type { Mapping, Node, Scalar, Sequence } from '../node/node.ts'
import { plainTag } from '../node/plain-tag.ts'

/** A line of the output, with the line that it had, and where what begins on it stood and stands. */
export interface PrintedLine {
  readonly text: string
  readonly line: number | undefined
  readonly columns: readonly (readonly [was: number, is: number])[]
  /** What it begins goes on below it. */
  readonly opens?: true
}

/** What is too seldom to be printed as it was. */
export class NotAsWritten extends Error {}

const INDENT = 2

/** Prints a node in the order and in the styles in which it was written, as yaml.v3 does. @throws NotAsWritten */
export function printLines(node: Node): readonly PrintedLine[] {
  const printer = new Printer()
  printer.root(node)
  return printer.lines
}

/** What stands on a line already, and what begins there. */
interface Start {
  readonly text: string
  readonly columns: PrintedLine['columns']
  readonly line: number | undefined
}

class Printer {
  readonly lines: PrintedLine[] = []

  root(node: Node): void {
    const start: Start = { text: '', columns: [], line: node.look?.line }
    if (isBlock(node, 'mapping')) this.#mapping(node, 0, undefined)
    else if (isBlock(node, 'sequence')) this.#sequence(node, 0, undefined)
    else this.#leaf(node, start, 0)
  }

  #mapping(node: Mapping, indent: number, first: Start | undefined): void {
    for (const [at, { key, value }] of node.entries.entries()) {
      const { text, columns, line } = startOf(at === 0 ? first : undefined, indent, key)
      const start: Start = { text: `${text}${scalarText(key, 'block')}:`, columns, line }
      if (isBlock(value, 'mapping')) {
        this.lines.push({ ...start, opens: true })
        this.#mapping(value, indent + INDENT, undefined)
      } else if (isBlock(value, 'sequence')) {
        this.lines.push({ ...start, opens: true })
        this.#sequence(value, indent, undefined)
      } else this.#leaf(value, { ...start, text: `${start.text} ` }, indent + INDENT)
    }
  }

  /** Items stand at the column of the key of their list. */
  #sequence(node: Sequence, indent: number, first: Start | undefined): void {
    for (const [at, item] of node.items.entries()) {
      const before = at === 0 ? first : undefined
      const own = node.look === undefined ? [] : [[node.look.column, indent] as const]
      const start: Start = {
        text: `${before?.text ?? ' '.repeat(indent)}- `,
        columns: [...(before?.columns ?? []), ...own],
        line: before?.line ?? lineOf(item),
      }
      if (isBlock(item, 'mapping')) this.#mapping(item, indent + INDENT, start)
      else if (isBlock(item, 'sequence')) this.#sequence(item, indent + INDENT, start)
      else this.#leaf(item, start, indent + INDENT)
    }
  }

  #leaf(node: Node, start: Start, indent: number): void {
    const [first = '', ...rest] = (
      node.kind === 'scalar' ? scalarText(node, 'block') : flowText(node)
    ).split('\n')
    this.lines.push({ ...start, text: `${start.text}${first}`.trimEnd() })
    for (const line of rest)
      this.lines.push({
        text: line === '' ? '' : `${' '.repeat(indent)}${line}`,
        line: undefined,
        columns: [],
      })
  }
}

function startOf(first: Start | undefined, indent: number, key: Scalar): Start {
  const own = key.look === undefined ? [] : [[key.look.column, indent] as const]
  return {
    text: first?.text ?? ' '.repeat(indent),
    columns: [...(first?.columns ?? []), ...own],
    line: first?.line ?? key.look?.line,
  }
}

function lineOf(node: Node): number | undefined {
  return node.look?.line
}

function isBlock<Kind extends 'mapping' | 'sequence'>(
  node: Node,
  kind: Kind,
): node is Node & { readonly kind: Kind } {
  if (node.kind !== kind || node.look?.isFlow === true) return false
  return (
    (node.kind === 'mapping'
      ? node.entries.length
      : node.kind === 'sequence'
        ? node.items.length
        : 0) > 0
  )
}

function flowText(node: Node): string {
  switch (node.kind) {
    case 'scalar':
      return scalarText(node, 'flow')
    case 'sequence':
      return `[${node.items.map(flowText).join(', ')}]`
    default:
      return `{${node.entries.map(({ key, value }) => `${scalarText(key, 'flow')}: ${flowText(value)}`).join(', ')}}`
  }
}

/** A scalar in the style that it has; lines after the first are not indented. */
function scalarText(node: Scalar, place: 'block' | 'flow'): string {
  const { value, style } = node
  switch (style) {
    case 'double-quoted':
      return tagged(node, doubleQuoted(value))
    case 'single-quoted':
      if (value.includes('\n')) throw new NotAsWritten()
      return tagged(node, `'${value.replaceAll("'", "''")}'`)
    case 'plain':
      return plainText(node, place)
    default:
      if (place === 'flow') throw new NotAsWritten()
      return blockText(value, style === 'literal' ? '|' : '>')
  }
}

function tagged({ tag, tagged: isTagged }: Scalar, text: string): string {
  return isTagged ? `${tag} ${text}` : text
}

// Others have escapes of their own in YAML.
const SIMPLE = /^[\t\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/u

function doubleQuoted(value: string): string {
  if (!SIMPLE.test(value)) throw new NotAsWritten()
  return JSON.stringify(value)
}

/** A text in a block, where it needs no hint about its indentation. */
function blockText(value: string, mark: '|' | '>'): string {
  const body = value.replace(/\n$/u, '')
  const isSimple = SIMPLE.test(value) && !/^[ \n]| (?:\n|$)|\n$|\t/u.test(body) && body !== ''
  if (!isSimple || (mark === '>' && body.includes('\n'))) throw new NotAsWritten()
  return `${mark}${value === body ? '-' : ''}\n${body}`
}

const OLD_BOOLEAN = /^(?:y|n|yes|no|on|off)$/iu

function plainText(node: Scalar, place: 'block' | 'flow'): string {
  const { tag, value } = node
  if (node.tagged) return `${tag} ${value}`
  const own = plainTag(value)
  if (own !== '!!str') {
    if (tag === '' || tag === own) return value
    return tag === '!!str' ? doubleQuoted(value) : `${tag} ${value}`
  }
  if (tag !== '' && tag !== '!!str') return `${tag} ${textOf(value, place)}`
  return textOf(value, place)
}

function textOf(value: string, place: 'block' | 'flow'): string {
  if (OLD_BOOLEAN.test(value)) return value
  if (value.includes('\n')) return place === 'flow' ? doubleQuoted(value) : blockText(value, '|')
  if (place === 'flow' && /[,[\]{}]/u.test(value)) return `'${value.replaceAll("'", "''")}'`
  return printYaml(value, 'yaml3').trimEnd()
}
