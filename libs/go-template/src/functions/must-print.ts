import { printYaml } from '@tidemark/yaml'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { toBytes } from '../byte-string.ts'
import { type CallContext } from '../call-context.ts'
import { encodeToml } from './toml-encode.ts'
import { toYamlValue } from './yaml.ts'

/** Printing costs about this many bytes a step. */
const BYTES_PER_STEP = 32

/** What Helm 4 has beside the functions of Helm 3.22: printers that fail where the others give nothing. */
export const helm4Functions: Readonly<Record<string, GoFunction>> = {
  mustToYaml: fixed(['interface {}'], ([value], context) => {
    try {
      const text = toBytes(printYaml(toYamlValue(value, 'yaml2'), 'yaml2'))
      return metered(text.endsWith('\n') ? text.slice(0, -1) : text, context)
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
      throw new FunctionError(`error marshaling into JSON: json: ${error.message}`)
    }
  }),
  mustToToml: fixed(['interface {}'], ([value], context) => metered(encodeToml(value), context)),
}

function metered(text: string, { budget }: CallContext): string {
  budget.text(text.length)
  budget.step(Math.ceil(text.length / BYTES_PER_STEP))
  return text
}
