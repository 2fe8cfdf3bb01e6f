import { printYaml } from '@tidemark/yaml'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { toBytes } from '../byte-string.ts'
import { type CallContext } from '../call-context.ts'
import { measure } from '../measure.ts'
import { encodeToml } from './toml-encode.ts'
import { toYamlValue } from './yaml.ts'

/** What Helm 4 has beside the functions of Helm 3.22: printers that fail where the others give nothing. */
export const helm4Functions: Readonly<Record<string, GoFunction>> = {
  mustToYaml: fixed(['interface {}'], ([value], context) => {
    measure(value, context.budget)
    try {
      const text = toBytes(printYaml(toYamlValue(value, 'yaml2'), 'yaml2'))
      return metered(text.endsWith('\n') ? text.slice(0, -1) : text, context)
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
      throw new FunctionError(`error marshaling into JSON: json: ${error.message}`)
    }
  }),
  mustToToml: fixed(['interface {}'], ([value], context) => {
    measure(value, context.budget)
    return metered(encodeToml(value), context)
  }),
}

function metered(text: string, { budget }: CallContext): string {
  budget.text(text.length)
  return text
}
