// Each table of fields against those of the CustomResourceDefinition, as libs/flux/crd-fields has them, one a line.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Field, FieldRule, FieldTable } from './fields.ts'
import { FLUX_KINDS } from './flux-kinds.ts'

const FOLDER = join(import.meta.dirname, '..', 'crd-fields')
const recorded = readdirSync(FOLDER).map(readRecord)
const KINDS_WITHOUT_RECORD = new Set(['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation'])

interface Path {
  readonly path: string
  readonly required: boolean
}

interface Row {
  readonly path: string
  readonly required: boolean
  /** A rule that says nothing of what is below: all of it is covered. */
  readonly open: boolean
}

test('every kind is recorded, with its version, and every record is of a kind', () => {
  const known = FLUX_KINDS.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)
  expect(recorded.map(({ name }) => name).toSorted()).toEqual(
    known.filter((name) => !KINDS_WITHOUT_RECORD.has(name.split(' ')[1] ?? '')).toSorted(),
  )
})

test.each(
  FLUX_KINDS.flatMap(({ apiVersion, kind, upstream, spec }) =>
    spec === undefined ? [] : [{ apiVersion, kind, upstream, spec }],
  ),
)(
  '$kind has all fields of its definition, requires what that requires, and has no other',
  ({ apiVersion, kind, upstream, spec }) => {
    const record = recorded.find(({ name }) => name === `${apiVersion} ${kind}`)
    expect(record?.upstream).toBe(upstream)
    const rows = rowsOf(spec, 'spec')
    const fields = record?.fields ?? []
    const missing = fields.filter(
      ({ path }) =>
        !rows.some(
          (row) =>
            row.path === path ||
            (row.open && (path.startsWith(`${row.path}.`) || path.startsWith(`${row.path}[]`))),
        ),
    )
    expect(missing.map(({ path }) => path)).toEqual([])
    const unknown = rows.filter((row) => !fields.some(({ path }) => path === row.path))
    expect(unknown.map(({ path }) => path)).toEqual([])
    const required = fields.filter((field) => field.required).map(({ path }) => path)
    const asked = rows.filter((row) => row.required).map(({ path }) => path)
    expect(asked.toSorted()).toEqual(
      required.filter((path) => rows.some((row) => row.path === path)).toSorted(),
    )
  },
)

function rowsOf(table: FieldTable, at: string): readonly Row[] {
  const rows: Row[] = []
  for (const [name, { rule, required }] of Object.entries<Field>(table)) {
    const path = `${at}.${name}`
    rows.push({ path, required: required !== undefined, open: isOpen(rule) }, ...below(rule, path))
  }
  return rows
}

function below(rule: FieldRule, at: string): readonly Row[] {
  if (rule.kind === 'object') return rowsOf(rule.fields, at)
  return rule.kind === 'list' ? below(rule.items, `${at}[]`) : []
}

function isOpen(rule: FieldRule): boolean {
  if (rule.kind === 'list') return isOpen(rule.items)
  return ['map', 'any', 'not-yet', 'ignored'].includes(rule.kind)
}

function readRecord(file: string): {
  readonly name: string
  readonly upstream: string
  readonly fields: readonly Path[]
} {
  const [head = '', ...lines] = readFileSync(join(FOLDER, file), 'utf8').trim().split('\n')
  const { name = '', upstream = '' } =
    /^# (?<name>\S+ \S+), (?<upstream>[^:]+):/u.exec(head)?.groups ?? {}
  const fields = lines.map((line) => {
    const [path = '', , required] = line.split(' ')
    return { path, required: required !== undefined }
  })
  return { name, upstream, fields }
}
