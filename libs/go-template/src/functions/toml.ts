import { fixed, type GoFunction } from '../function.ts'
import { measure } from '../measure.ts'
import { GoMap } from '../values.ts'
import { textOf } from './arguments.ts'
import { FunctionError } from '../errors.ts'
import { messageOf } from './json.ts'
import { decodeToml } from './toml-decode.ts'
import { encodeToml } from './toml-encode.ts'

/** TOML functions of Helm 3.22. What has no TOML gives the reason as text, as upstream. */
export const tomlFunctions: Readonly<Record<string, GoFunction>> = {
  toToml: fixed(['interface {}'], ([value], { budget }) => {
    measure(value, budget)
    try {
      const text = encodeToml(value)
      budget.text(text.length)
      return text
    } catch (error) {
      // Go's reflection panics over nothing at all; every other reason is text.
      if (value === null || value === undefined) throw error
      return error instanceof FunctionError ? error.message : messageOf(error)
    }
  }),
  fromToml: fixed(['string'], ([text], { budget }) => {
    budget.text(textOf(text).length)
    try {
      return decodeToml(textOf(text))
    } catch (error) {
      return new GoMap(new Map([['Error', messageOf(error)]]))
    }
  }),
}
