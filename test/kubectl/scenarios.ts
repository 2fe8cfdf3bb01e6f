import { BUILTIN_SCENARIOS } from './scenarios/builtin.ts'
import { CUSTOM_SCENARIOS } from './scenarios/custom.ts'
import { ERROR_SCENARIOS } from './scenarios/errors.ts'
import { OWNERSHIP_SCENARIOS } from './scenarios/ownership.ts'
import { PATCH_SCENARIOS } from './scenarios/patches.ts'
import type { Scenario } from './scenario.ts'

/** What a sandbox and a real API server answer alike. Each scenario has a namespace of its own, `NS`. */
export const SCENARIOS: readonly Scenario[] = [
  ...OWNERSHIP_SCENARIOS,
  ...PATCH_SCENARIOS,
  ...BUILTIN_SCENARIOS,
  ...CUSTOM_SCENARIOS,
  ...ERROR_SCENARIOS,
]
