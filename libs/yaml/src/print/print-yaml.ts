import type { Flavour } from '../flavour.ts'
import type { YamlValue } from '../value.ts'
import { Printer } from './printer.ts'

export interface PrintOptions {
  /** Characters of output after which printing gives up with YAML_OUTPUT. No bound by default. */
  readonly lengthMax?: number
}

/**
 * One document, byte for byte as Go prints it, with a line break at its end. `yaml2`: `Marshal` of sigs.k8s.io/yaml v1.6.0,
 * which is Helm's `toYaml` and all output of kubectl and Kustomize. `yaml3`: an encoder of go.yaml.in/yaml/v3 v3.0.5 with
 * indent 2, which is Helm's `toYamlPretty`. Throws YamlError for numbers that JSON has not, values nested too deep, and output
 * beyond the bound.
 */
export function printYaml(value: YamlValue, flavour: Flavour, options: PrintOptions = {}): string {
  return new Printer(flavour, options.lengthMax ?? Number.POSITIVE_INFINITY).print(value)
}
