import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { lintRepository, type LintFinding } from './lint-repository.ts'
import type { LintRow } from './lint-rows.ts'
import { HELM_ROWS } from './rules/helm-rows.ts'
import { KUSTOMIZATION_ROWS } from './rules/kustomization-rows.ts'
import { NOTIFICATION_ROWS } from './rules/notification-rows.ts'
import { SOURCE_ROWS } from './rules/source-rows.ts'
import { VARIABLE_ROWS } from './rules/variable-rows.ts'
import { LINT_RULES } from './rules.ts'

const ROWS: readonly LintRow[] = [
  ...SOURCE_ROWS,
  ...KUSTOMIZATION_ROWS,
  ...VARIABLE_ROWS,
  ...HELM_ROWS,
  ...NOTIFICATION_ROWS,
]

test('every trap has a row, and every row a trap', () => {
  const named = new Set(LINT_RULES.map(({ name }) => name))
  expect(new Set(ROWS.map(({ rule }) => rule))).toEqual(named)
})

test.each(ROWS)('$rule is told with its line, and not where it is mended', (row) => {
  expect(found(row, row.bad)).toEqual([
    expect.objectContaining({
      file: row.file,
      line: row.line,
      message: expect.stringMatching(row.tells),
    }),
  ])
  expect(found(row, row.good)).toEqual([])
})

function found({ rule, file, text, beside }: LintRow, part: string): readonly LintFinding[] {
  const report = lint({ ...beside, [file]: text.replace('…', () => part) })
  return report.filter((each) => each.rule === rule)
}

function lint(files: Readonly<Record<string, string>>): readonly LintFinding[] {
  return lintRepository(memoryTree(Object.entries(files))).findings
}
