/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/no-disabled-tests -- It wraps `describe`, so title and body are its caller's. */
import { describe, expect, test } from 'vitest'

import { type Component, ComponentMissing, missing } from './component.ts'

/**
 * A `describe` that needs real components. Where one is missing, the block is skipped under a name that says
 * which; with `TIDEMARK_REQUIRE_COMPONENTS=1` (as CI has it) it fails instead.
 */
export function describeWith(
  components: readonly Component[],
  name: string,
  body: () => void,
): void {
  const [absent] = missing(...components)
  if (absent === undefined) {
    describe(name, body)
    return
  }
  const { message } = new ComponentMissing(absent)
  if (process.env['TIDEMARK_REQUIRE_COMPONENTS'] === '1') {
    test(name, () => expect.fail(message))
    return
  }
  describe.skip(`${name} (skipped: ${message})`, body)
}
