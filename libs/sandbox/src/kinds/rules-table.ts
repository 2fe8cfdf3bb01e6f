import { CRD_RULES } from '../custom/crd-rules.ts'
import { OTHER_RULES } from './other-rules.ts'
import type { KindRules } from './rules.ts'
import { SERVICE_RULES } from './service-rules.ts'
import { WORKLOAD_RULES } from './workload-rules.ts'

const RULES: Readonly<Record<string, KindRules>> = {
  ...WORKLOAD_RULES,
  ...OTHER_RULES,
  '/services': SERVICE_RULES,
  'apiextensions.k8s.io/customresourcedefinitions': CRD_RULES,
}

const NONE: KindRules = {}

/** The rules of a resource; a kind without any of its own is stored as it comes. */
export function rulesOf(storageKey: string): KindRules {
  return RULES[storageKey] ?? NONE
}
