import { KustomizeError } from '../kustomize-error.ts'
import type { FieldOptions } from '../kustomization/model.ts'
import { Copies, refuseText } from '../limits.ts'
import { splitBracketPath } from '../node/field-path.ts'
import { parseNode, parseWritten } from '../node/from-yaml.ts'
import { type Node, textOf, untagged } from '../node/node.ts'
import { leniently } from './leniently.ts'
import { setAtPath } from './set-at-path.ts'
import { lookup } from './lookup.ts'
import { type CreateKind, type PathUpdate, updatePath } from './match-path.ts'
import { printStructured } from './print-structured.ts'

export interface Destination {
  readonly path: string
  readonly options: FieldOptions | undefined
}

/** Puts a value at a path of an object, also where the path goes on inside a text that holds YAML or JSON. */
export function copyValue(target: Node, value: Node, { path, options }: Destination): Node {
  const parts = splitBracketPath(path, '.')
  const create: CreateKind = options?.create ? value.kind : undefined
  const update: PathUpdate = {
    create,
    set: (node) => placed(node, value, options),
    parse: parseLeniently,
  }
  const inText = insideText(target, parts, update)
  if (inText !== undefined) return inText
  const told = create === undefined ? 'find' : 'find or create'
  const failed = `unable to ${told} field ${JSON.stringify(path)} in replacement target`
  try {
    const { node, count } = updatePath(target, parts, update)
    if (value.kind !== 'scalar') new Copies().takeNode(node)
    if (count > 0) return node
  } catch (error) {
    if (error instanceof KustomizeError && !(error instanceof PlacingError))
      throw error.wrapped(failed)
    throw error
  }
  throw new KustomizeError('KUSTOMIZE_REPLACEMENT', failed, {
    hint: create === undefined ? 'correct the path, or set "options.create"' : 'correct the path',
  })
}

/** What is wrong with the value rather than with the way to it. */
class PlacingError extends KustomizeError {}

function placed(target: Node, value: Node, options: FieldOptions | undefined): Node {
  const next =
    options === undefined || options.delimiter === '' ? value : joined(target, value, options)
  // Of a value that replaces a value only the text is taken, so that the target keeps its type.
  if (target.kind !== 'scalar') return next
  return { ...target, value: next.kind === 'scalar' ? next.value : '' }
}

function joined(target: Node, value: Node, { delimiter, index }: FieldOptions): Node {
  if (target.kind !== 'scalar')
    throw new PlacingError(
      'KUSTOMIZE_REPLACEMENT',
      'delimiter option can only be used with scalar nodes',
    )
  const text = textOf(value)
  refuseText(target.value.length + text.length)
  const merged =
    index < 0
      ? `${text}${delimiter}${target.value}`
      : withPart(target.value, text, { delimiter, index })
  return value.kind === 'scalar' ? { ...value, value: merged } : untagged(merged)
}

/** The text with one of its parts replaced, or with one more at its end. */
function withPart(
  whole: string,
  part: string,
  { delimiter, index }: Pick<FieldOptions, 'delimiter' | 'index'>,
): string {
  const parts = whole.split(delimiter)
  if (index >= parts.length) parts.push(part)
  else parts[index] = part
  return parts.join(delimiter)
}

/** The object with a value changed inside one of its texts; `undefined` where the path does not lead into one. */
function insideText(target: Node, parts: readonly string[], update: PathUpdate): Node | undefined {
  if (parts.length < 2) return undefined
  try {
    for (let length = 1; length < parts.length; length += 1) {
      const scalar = lookupLeniently(target, parts.slice(0, length))
      if (scalar?.kind !== 'scalar') continue
      const parsed = leniently(() => parseWritten(scalar.value)) ?? parseLeniently(scalar.value)
      if (parsed === undefined) continue
      const { node, count } = updatePath(parsed, parts.slice(length), update)
      if (count === 0) return undefined
      const printed = printStructured(node, scalar.value)
      return setAtPath(target, parts.slice(0, length), { ...scalar, value: printed })
    }
    return undefined
  } catch (error) {
    // Upstream tries the plain way then, and tells only what is wrong with that.
    if (error instanceof KustomizeError) return undefined
    throw error
  }
}

function lookupLeniently(node: Node, path: readonly string[]): Node | undefined {
  return leniently(() => lookup(node, path))
}

function parseLeniently(text: string): Node | undefined {
  return leniently(() => parseNode(text))
}
