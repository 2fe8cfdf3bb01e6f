// `docs/reference/flux.md`: each field of each Flux kind, from the tables that objects are held against.
import { FLUX_KINDS, LINT_RULES, type Field, type FieldRule, type FieldTable } from '@tidemark/flux'

const HEAD = `# Flux's kinds, field by field

Made from the tables that objects are held against: what stands here is what the code does. A test holds each table against the CustomResourceDefinition of the version named with it, so that no field is missing.

- **supported**: as in Flux.
- **different on purpose**: what is done instead, and why.
- **not yet**: an object that has the field is refused with an error that names it and says what to do; the last good release keeps running. Nothing is passed over in silence, and a field that Flux has not is an error with the nearest known name.

\`tidemark lint PATH\` holds a repository against these tables, without a network and without a plane, and looks for the [traps](#traps) in Flux's own behaviour.`

const HOLDS: Readonly<Record<FieldRule['kind'], string>> = {
  text: 'text',
  switch: 'true or false',
  duration: 'duration',
  number: 'whole number',
  object: 'object',
  list: 'list',
  map: 'map',
  any: 'anything',
  'not-yet': '',
  ignored: '',
}

/** The page, without the line that says how it is made. */
export function fluxReference(): string {
  const sections = FLUX_KINDS.map(({ apiVersion, kind, upstream, spec }) => {
    const head = `## ${kind}\n\n\`${apiVersion}\`, as in ${upstream}.`
    if (spec === undefined)
      return `${head}\n\n**Not yet**: an object of this kind is an error that names it.`
    const rows = rowsOf(spec, 'spec')
    return `${head}\n\n| field | holds | |\n| --- | --- | --- |\n${rows.join('\n')}`
  })
  return `${HEAD}\n\n${sections.join('\n\n')}\n\n${traps()}\n`
}

/** What `tidemark lint` looks for. */
function traps(): string {
  const rules = new Map(LINT_RULES.map((rule) => [rule.name, rule]))
  const rows = [...rules.values()].map(
    ({ name, severity, quirk, todo }) =>
      `| \`${name}\` | ${severity} | ${cell(quirk)} | ${cell(todo)} |`,
  )
  return `${TRAPS}\n\n| rule | | what Flux does | what to do |\n| --- | --- | --- | --- |\n${rows.join('\n')}`
}

const TRAPS = `## Traps

What \`tidemark lint PATH\` tells beside fields, with file and line. It reads all YAML files below PATH, builds the kustomizations that no other one takes in, and ends with 0 where there is no error, 1 where there is one, 2 where PATH is none. The rule \`field\` is that of the tables above, \`yaml\` says what cannot be read or built, \`not-built\` what would need a network.`

function rowsOf(table: FieldTable, at: string): readonly string[] {
  const rows: string[] = []
  for (const name of Object.keys(table).toSorted()) {
    const field = table[name]
    if (field === undefined) continue
    const path = `${at}.${name}`
    rows.push(row(path, field), ...below(field.rule, path))
  }
  return rows
}

function below(rule: FieldRule, at: string): readonly string[] {
  if (rule.kind === 'object') return rowsOf(rule.fields, at)
  return rule.kind === 'list' ? below(rule.items, `${at}[]`) : []
}

function row(path: string, field: Field): string {
  const must = field.required === undefined ? '' : ', required'
  return `| \`${path}\` | ${holds(field.rule)}${must} | ${cell(standing(field))} |`
}

function holds(rule: FieldRule): string {
  if (rule.kind !== 'list' || ['object', 'list'].includes(rule.items.kind)) return HOLDS[rule.kind]
  return `list: ${HOLDS[rule.items.kind]}`
}

function standing({ rule, differs }: Field): string {
  if (differs !== undefined) return `**different on purpose**: ${differs}`
  if (rule.kind === 'ignored') return `**different on purpose**: ${rule.why}`
  if (rule.kind === 'not-yet') return `**not yet**: ${rule.instead}`
  const details = detailsOf(rule)
  return details === '' ? 'supported' : `supported: ${details}`
}

function detailsOf(rule: FieldRule): string {
  if (rule.kind === 'list') return detailsOf(rule.items)
  if (rule.kind === 'duration') return rule.hours === 'refused' ? 'without hours, as in Flux' : ''
  return rule.kind === 'text' ? (rule.expected ?? '') : ''
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
