import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Suite } from './suite.ts'

/** What the files in `suites/` export. */
export async function loadSuites(): Promise<readonly Suite[]> {
  const suites: Suite[] = []
  for (const file of globSync('suites/*.ts', { cwd: import.meta.dirname }).toSorted()) {
    if (file.endsWith('.test.ts')) continue
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The contract of the folder, see suite.ts.
    const module = (await import(join(import.meta.dirname, file))) as { readonly suite: Suite }
    suites.push(module.suite)
  }
  return suites
}
