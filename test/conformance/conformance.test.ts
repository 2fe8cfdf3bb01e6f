import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatFailure, GroupReport } from './report.ts'
import type { Suite } from './suite.ts'
import { suite as envsubst } from './suites/envsubst.ts'
import { suite as semver } from './suites/semver.ts'
import { suite as yaml } from './suites/yaml.ts'

const SHARED = process.env['TIDEMARK_SHARED'] ?? resolve(import.meta.dirname, '../../../shared')

/** The suites of the engines take minutes; `npm run conformance` has them all. */
const SUITES: readonly Suite[] = [yaml, semver, envsubst]

describe('the open corpus', () => {
  for (const suite of SUITES) {
    const directory = join(SHARED, 'conformance', suite.folder)
    test.skipIf(!existsSync(directory))(`${suite.name} agrees with upstream`, async () => {
      const report = new GroupReport(suite.name, suite.name)
      const failures: string[] = []
      for await (const each of suite.cases(directory)) {
        failures.push(...report.add(each.id, await each.run()).map(formatFailure))
      }
      expect(failures).toEqual([])
      expect(report.passed).toBeGreaterThan(0)
    })
  }
})
