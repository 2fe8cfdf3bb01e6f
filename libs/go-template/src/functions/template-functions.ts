import { type CallContext } from '../call-context.ts'
import { FunctionError, TemplateError } from '../errors.ts'
import { quote } from '../fmt/quote.ts'
import { fixed, type GoFunction, returningAny } from '../function.ts'
import { type Value } from '../values.ts'
import { textOf } from './arguments.ts'

/** So many times may one name be included within itself; Helm's own bound. */
const NESTED_INCLUDES_MAX = 1_000
/** What it costs to read a template, and how many bytes of its actions cost one step more. */
const PARSE_STEPS = 100
const PARSED_BYTES_PER_STEP = 4
const WARNING_START = 'HELM_ERR_START'
const WARNING_END = 'HELM_ERR_END'

/** What Helm 3.22 adds that works on templates themselves: `include`, `tpl`, `required` and `fail`. */
export const templateFunctions: Readonly<Record<string, GoFunction>> = {
  include: fixed(['string', 'interface {}'], ([name, data], context) =>
    include(textOf(name), data, context),
  ),
  tpl: fixed(['string', 'interface {}'], ([text, data], context) =>
    tpl(textOf(text), data, context),
  ),
  required: returningAny(
    fixed(['string', 'interface {}'], ([warning, value]) => {
      if (value === null || value === undefined || value === '')
        throw new FunctionError(marked(textOf(warning)))
      return value
    }),
  ),
  fail: fixed(['string'], ([message]) => {
    throw new FunctionError(marked(textOf(message)))
  }),
}

/** The message between Helm's marks, where `fail` or `required` put one. */
export function markedMessage(message: string): string | undefined {
  const start = message.indexOf(WARNING_START)
  const end = message.lastIndexOf(WARNING_END)
  return start === -1 || end < start ? undefined : message.slice(start + WARNING_START.length, end)
}

function marked(message: string): string {
  return WARNING_START + message + WARNING_END
}

function include(name: string, data: Value, context: CallContext): string {
  const count = context.includes.get(name) ?? 0
  if (count > NESTED_INCLUDES_MAX)
    throw new FunctionError(
      `rendering template has a nested reference name: ${name}: unable to execute template`,
    )
  context.includes.set(name, count + 1)
  const root = context.templates.lookup(name)
  if (root === undefined)
    throw new FunctionError(
      `template: no template ${quote(name)} associated with template ${quote(context.setName)}`,
    )
  context.report('template', name)
  const output = context.execute({
    templates: context.templates,
    name,
    root,
    data: data ?? undefined,
  })
  context.includes.set(name, count)
  return output
}

/** The bytes of a template that are more than text. */
function actionBytes(text: string): number {
  let bytes = 0
  for (let at = text.indexOf('{{'); at !== -1;) {
    const end = text.indexOf('}}', at)
    if (end === -1) return bytes + text.length - at
    bytes += end - at
    at = text.indexOf('{{', end)
  }
  return bytes
}

function tpl(text: string, data: Value, context: CallContext): string {
  // A text without an action is what it is.
  if (!text.includes('{{')) return text.replaceAll('<no value>', '')
  const templates = context.templates.extend()
  const name = context.setName
  try {
    context.budget.step(PARSE_STEPS + Math.ceil(actionBytes(text) / PARSED_BYTES_PER_STEP))
    const root = templates.parse({ name, text })
    const output = context.execute({ templates, name, root, data: data ?? undefined })
    return output.replaceAll('<no value>', '')
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const problem =
      error.kind === 'parse' ? 'cannot parse template' : 'error during tpl function execution for'
    throw new FunctionError(`${problem} ${quote(text)}: ${error.message}`, { cause: error })
  }
}
