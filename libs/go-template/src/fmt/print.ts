import { type Value } from '../values.ts'
import { formatFloat } from './format-float.ts'
import { measure } from '../measure.ts'
import { Printer } from './printer.ts'

/** What a template prints for one value: `fmt.Fprint` of Go. */
export function printed(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return formatFloat(value, 'g', -1)
    default: {
      measure(value)
      const printer = new Printer()
      printer.argument(value, 'v')
      return printer.format.output
    }
  }
}

/** `fmt.Sprint`: a space between two operands of which neither is a string. */
export function sprint(values: readonly Value[]): string {
  let output = ''
  let wasString = true
  for (const [index, value] of values.entries()) {
    const isString = typeof value === 'string'
    if (index > 0 && !isString && !wasString) output += ' '
    output += printed(value)
    wasString = isString
  }
  return output
}

/** `fmt.Sprintln`: a space between all operands, and a line end. */
export function sprintln(values: readonly Value[]): string {
  return `${values.map(printed).join(' ')}\n`
}
