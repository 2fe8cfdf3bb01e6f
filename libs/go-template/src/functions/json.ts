import { FunctionError } from '../errors.ts'
import { measure } from '../measure.ts'
import { type CallContext } from '../call-context.ts'
import { fixed, type GoFunction, returningAny } from '../function.ts'
import { ANY_SLICE, GoMap, GoSlice, type Value } from '../values.ts'
import { textOf } from './arguments.ts'
import { decodeJson, decodePartly } from './json-decode.ts'
import { encodeJson, type JsonStyle } from './json-encode.ts'

const ANY = 'interface {}'
const COMPACT: JsonStyle = { escapesHtml: true, isIndented: false }
const PRETTY: JsonStyle = { escapesHtml: true, isIndented: true }
const RAW: JsonStyle = { escapesHtml: false, isIndented: false }

/** JSON functions: sprig's, and those that Helm puts in their place. */
export const jsonFunctions: Readonly<Record<string, GoFunction>> = {
  toJson: fixed([ANY], ([value], context) => quietly(() => encoded(value, COMPACT, context), '')),
  mustToJson: fixed([ANY], ([value], context) => encoded(value, COMPACT, context)),
  toPrettyJson: fixed([ANY], ([value], context) =>
    quietly(() => encoded(value, PRETTY, context), ''),
  ),
  mustToPrettyJson: fixed([ANY], ([value], context) => encoded(value, PRETTY, context)),
  toRawJson: fixed([ANY], ([value], context) => encoded(value, RAW, context)),
  mustToRawJson: fixed([ANY], ([value], context) => encoded(value, RAW, context)),
  mustFromJson: returningAny(
    fixed(['string'], ([text], context) => decodeJson(metered(text, context))),
  ),
  fromJson: fixed(['string'], ([text], context) => {
    try {
      const { value, problem } = decodePartly(metered(text, context), 'object')
      if (problem !== undefined && value instanceof GoMap) value.entries.set('Error', problem)
      return value
    } catch (error) {
      return new GoMap(new Map([['Error', messageOf(error)]]))
    }
  }),
  fromJsonArray: fixed(['string'], ([text], context) => {
    try {
      return decodeJson(metered(text, context), 'array')
    } catch (error) {
      return new GoSlice([messageOf(error)], ANY_SLICE)
    }
  }),
}

/** The message of an answer that is no; whatever else was thrown goes on. */
export function messageOf(error: unknown): string {
  if (error instanceof FunctionError) return error.message
  throw error
}

function quietly(read: () => string, otherwise: string): string {
  try {
    return read()
  } catch (error) {
    messageOf(error)
    return otherwise
  }
}

function encoded(value: Value, style: JsonStyle, { budget }: CallContext): string {
  measure(value, budget)
  const text = encodeJson(value, style)
  budget.text(text.length)
  return text
}

function metered(text: Value, { budget }: CallContext): string {
  budget.text(textOf(text).length)
  return textOf(text)
}
