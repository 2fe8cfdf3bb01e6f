import {
  decodeJson,
  FunctionError,
  type GoMap,
  quote,
  typeName,
  type Value,
} from '@tidemark/go-template'
import { type ChartNode } from '../chart/chart.ts'
import { HelmError } from '../helm-error.ts'
import { isTable } from '../values/values-map.ts'
import { type SchemaNode } from './schema-node.ts'
import { draftOf, metaschemaUrl, SchemaStore } from './schema-store.ts'
import { Validator } from './validator.ts'
import { describeViolations, type Violation } from './violation.ts'

const URL_OF_SCHEMA = 'file:///values.schema.json'
/** Compiled schemas, so that a chart's is read once; the number of charts in work is small. */
const COMPILED_MAX = 200

interface CompiledSchema {
  readonly store: SchemaStore
  readonly root: SchemaNode
}

const compiled = new Map<string, CompiledSchema>()

/**
 * Checks values against values.schema.json of a chart and its subcharts: drafts 4 to 2020-12, references
 * only within the document. Throws `HelmError` with the report of Helm 3.22.
 */
export function validateValues(chart: ChartNode, values: GoMap): void {
  const report = reportOf(chart, values)
  if (report !== '')
    throw new HelmError(
      'SCHEMA',
      `values don't meet the specifications of the schema(s) in the following chart(s):\n${report}`,
    )
}

/** The report alone: a heading for each chart whose values do not fit; empty where all do. */
export function reportOf(chart: ChartNode, values: GoMap): string {
  const { schema } = chart.chart
  const own = schema === undefined ? undefined : problemOf(schema, values)
  let report = own === undefined ? '' : `${chart.name}:\n${own}`
  for (const subchart of chart.dependencies) {
    const below = values.entries.get(subchart.name)
    if (below === undefined || below === null) continue
    report += isTable(below)
      ? reportOf(subchart, below)
      : `${subchart.name}:\ninvalid type for values: expected object (map), got ${typeName(below)}\n`
  }
  return report
}

/** Why values do not fit a schema, or why the schema is none; nothing where all is well. */
function problemOf(schema: string, values: GoMap): string | undefined {
  try {
    const { store, root } = compile(schema)
    const violations = topLevel(new Validator(store).validate(root, values))
    return violations.length === 0 ? undefined : `${describeViolations(violations).slice(1)}\n`
  } catch (error) {
    // What a hostile schema meets is told at once; a broken one is part of the report, as upstream.
    if (error instanceof HelmError && error.code === 'SCHEMA') return error.message
    if (error instanceof FunctionError) return jsonProblem(error.message)
    throw error
  }
}

/** A schema is read from a stream, which says otherwise that it ended. */
function jsonProblem(message: string): string {
  return message === 'unexpected end of JSON input' ? 'unexpected EOF' : message
}

function topLevel(violations: readonly Violation[]): readonly Violation[] {
  const [only] = violations
  return violations.length === 1 && only?.kind === 'group' ? only.causes : violations
}

function compile(schema: string): CompiledSchema {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const root = decodeJson(schema)
  const draft = draftOf(root)
  checkSchema(root, metaschemaUrl(draft))
  const store = new SchemaStore()
  const made = { store, root: store.add(URL_OF_SCHEMA, root, { draft, checksFormats: false }) }
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  compiled.set(schema, made)
  return made
}

/** A schema is itself checked, against that of its draft. */
function checkSchema(root: Value, url: string): void {
  const store = new SchemaStore()
  const node = store.add('about:metaschema', true, { draft: 2020, checksFormats: false })
  const metaschema = store.resolve(node, url)
  const violations = topLevel(new Validator(store).validate(metaschema, root))
  if (violations.length === 0) return
  throw new HelmError(
    'SCHEMA',
    `${quote(`${URL_OF_SCHEMA}#`)} is not valid against metaschema: jsonschema validation failed with '${url}#'${describeViolations(violations)}`,
  )
}
