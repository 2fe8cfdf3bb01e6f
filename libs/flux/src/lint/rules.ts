import type { LintRule } from './lint-rule.ts'
import { HELM_RULES } from './rules/helm-rules.ts'
import { KUSTOMIZATION_RULES } from './rules/kustomization-rules.ts'
import { NOTIFICATION_RULES } from './rules/notification-rules.ts'
import { SOURCE_RULES } from './rules/source-rules.ts'
import { VARIABLE_RULES } from './rules/variable-rules.ts'

/** Every trap that lint knows. */
export const LINT_RULES: readonly LintRule[] = [
  ...SOURCE_RULES,
  ...KUSTOMIZATION_RULES,
  ...VARIABLE_RULES,
  ...HELM_RULES,
  ...NOTIFICATION_RULES,
]
