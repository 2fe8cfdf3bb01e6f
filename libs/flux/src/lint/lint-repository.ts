import type { SourceTree } from '@tidemark/source-tree'
import { checkFields } from '../fields.ts'
import { FLUX_KINDS } from '../flux-kinds.ts'
import { groupOf } from '../roles.ts'
import type { Severity } from './lint-rule.ts'
import { readRepository, type LintObject, type LintRepository } from './read-repository.ts'
import { LINT_RULES } from './rules.ts'

/** One thing that is wrong, or a trap: where, what, and what to do. */
export interface LintFinding {
  readonly severity: Severity
  /** `field` for what the tables of fields say, `yaml` for what cannot be read; else the name of a rule. */
  readonly rule: string
  readonly file: string
  readonly line: number
  /** `Kustomization flux-system/apps`; empty where it is about a file. */
  readonly object: string
  readonly field: string
  readonly message: string
  readonly todo: string
}

export interface LintReport {
  readonly findings: readonly LintFinding[]
  readonly files: number
  readonly objects: number
}

/** Holds what a repository declares against the tables of fields, and looks for traps. Pure: nothing is asked of a network. */
export function lintRepository(tree: SourceTree): LintReport {
  const repository = readRepository(tree)
  const unread = repository.unread.map((each) => ({
    ...each,
    rule: each.severity === 'error' ? 'yaml' : 'not-built',
    object: '',
    field: '',
    todo: 'mend the file',
  }))
  const found = [
    ...unread,
    ...repository.objects.flatMap(fieldFindings),
    ...repository.objects.flatMap((object) => ruleFindings(object, repository)),
    ...repository.written.flatMap((object) => ruleFindings(object, repository)),
  ]
  return { findings: inOrder(found), files: repository.files, objects: repository.objects.length }
}

function fieldFindings(object: LintObject): readonly LintFinding[] {
  const kind = FLUX_KINDS.find(
    (each) => each.kind === object.kind && groupOf(each.apiVersion) === groupOf(object.apiVersion),
  )
  const finding = (field: string, message: string, todo: string): LintFinding => ({
    severity: 'error',
    rule: 'field',
    file: object.file,
    line: object.lineOf(field),
    object: nameOf(object),
    field,
    message,
    todo,
  })
  if (kind === undefined) return [finding('kind', `Flux has no kind ${object.kind}`, 'correct it')]
  const version =
    kind.apiVersion === object.apiVersion
      ? []
      : [finding('apiVersion', `is ${object.apiVersion}`, `write ${kind.apiVersion}`)]
  if (kind.spec === undefined)
    return [...version, finding('kind', 'is not supported yet', 'see docs/reference/flux.md')]
  const problems = checkFields(object.spec ?? {}, kind.spec, 'spec')
  return [
    ...version,
    ...problems.map(({ field, message }) => finding(field, message, 'see docs/reference/flux.md')),
  ]
}

function ruleFindings(object: LintObject, repository: LintRepository): readonly LintFinding[] {
  const isFlux = FLUX_KINDS.some(
    ({ apiVersion }) => groupOf(apiVersion) === groupOf(object.apiVersion),
  )
  const isListed = repository.objects.includes(object)
  return LINT_RULES.filter(({ kinds }) =>
    kinds.length === 0 ? !isFlux : isFlux && isListed && kinds.includes(object.kind),
  ).flatMap(({ name, severity, todo, look }) =>
    look(object, repository).map(({ field, message, file, line }) => ({
      severity,
      rule: name,
      file: file ?? object.file,
      line: line ?? object.lineOf(field),
      object: nameOf(object),
      field,
      message,
      todo,
    })),
  )
}

function nameOf({ kind, namespace, name }: LintObject): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
}

/** By place; what several builds find in one place is said once. */
function inOrder(findings: readonly LintFinding[]): readonly LintFinding[] {
  const byKey = new Map(
    findings.map((each) => [
      `${each.file}:${each.line} ${each.rule} ${each.field} ${each.message}`,
      each,
    ]),
  )
  return [...byKey.values()].toSorted(
    (left, right) =>
      (left.file < right.file ? -1 : Number(left.file > right.file)) ||
      left.line - right.line ||
      (left.rule < right.rule ? -1 : Number(left.rule > right.rule)),
  )
}
