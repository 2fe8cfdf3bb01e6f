import {
  type FieldOrigin,
  mergeValues,
  type ReadReport,
  type ValueOrigin,
  type ValuesInput,
  type ValuesLayer,
} from '@tidemark/helm'

/** What was given about values, each by itself, the strongest first: flags in the order in which they are applied, then files. */
export function layersOf(input: ValuesInput): readonly ValuesLayer[] {
  const { flavour = 'helm3', readFile = () => '' } = input
  const layers: ValuesLayer[] = (input.files ?? []).map((file) => ({
    name: file.name,
    values: mergeValues({ flavour, files: [file] }),
  }))
  const add = (flag: string, lines: readonly string[] = [], of: (line: string) => ValuesInput) => {
    for (const line of lines)
      layers.push({ name: `${flag} ${line}`, values: mergeValues({ flavour, ...of(line) }) })
  }
  add('--set-json', input.setJson, (line) => ({ setJson: [line] }))
  add('--set', input.set, (line) => ({ set: [line] }))
  add('--set-string', input.setString, (line) => ({ setString: [line] }))
  add('--set-file', input.setFile, (line) => ({ setFile: [line], readFile }))
  add('--set-literal', input.setLiteral, (line) => ({ setLiteral: [line] }))
  return layers.toReversed()
}

/** A line for each field: object, path, template and line, and the values behind it with the file that set them. */
export function traceText(fields: readonly FieldOrigin[]): string {
  return fields
    .map(({ object, path, template, line, values }) =>
      [object, path, `${template}:${line}`, ...values.map(valueText)].join('\t'),
    )
    .map((text) => `${text}\n`)
    .join('')
}

function valueText({ key, file }: ValueOrigin): string {
  return `${key} (${file ?? 'set nowhere'})`
}

/** A line for each thing that the render read; a change of anything else cannot change what it prints. */
export function readsText({ templates, values, files, lookups }: ReadReport): string {
  const lines = [
    ...templates.map((name) => `template\t${name}`),
    ...values.map((key) => `value\t${key}`),
    ...files.map((name) => `file\t${name}`),
    ...lookups.map((name) => `lookup\t${name}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
