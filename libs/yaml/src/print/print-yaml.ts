import type { Printable } from './printable.ts'
import type { PrintStyle } from './print-style.ts'
import { Printer } from './printer.ts'

export interface PrintOptions {
  /** Characters of output after which printing gives up with YAML_OUTPUT. No bound by default. */
  readonly lengthMax?: number
}

/**
 * One document, byte for byte as Go prints it, with a line break at its end. Throws YamlError for numbers that JSON has not,
 * values nested too deep, control characters (`yaml2`), and output beyond the bound.
 */
export function printYaml(value: Printable, style: PrintStyle, options: PrintOptions = {}): string {
  return new Printer(style, options.lengthMax ?? Number.POSITIVE_INFINITY).print(value)
}
