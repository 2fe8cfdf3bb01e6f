import { createMetrics } from '@tidemark/service'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pages, readPage, ROOT } from './read-docs.ts'

test('every metric that is counted is told in the docs, and no other', async () => {
  const page = readPage('docs/operations.md')
  const told = [...page.matchAll(/^\| `(tidemark_[a-z_]+)/gmu)].map(([, name]) => name)
  const counted = (await createMetrics('docs').registry.getMetricsAsJSON()).map(({ name }) => name)
  expect(new Set(told)).toEqual(new Set(counted))
})

test('troubleshooting tells every code of a source and of a cluster, and no code that does not exist', () => {
  const page = readPage('docs/troubleshooting.md')
  const told = [...page.matchAll(/^\| (`[^|]*) \|/gmu)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/gu)].map(([, code = '']) => code),
  )
  const codes = codesInSources()
  expect(told.filter((code) => !codes.has(code))).toEqual([])
  const needed = [...codes].filter((code) => /^(?:SOURCE_|GIT_|cluster-)/u.test(code))
  expect(needed.length).toBeGreaterThan(20)
  expect(needed.filter((code) => !told.includes(code))).toEqual([])
})

test('every link of a page to a file leads to one', () => {
  const broken = pages().flatMap((page) =>
    [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/gu)]
      .map(([, target = '']) => join(ROOT, page, '..', target))
      .filter((path) => globSync(path).length === 0)
      .map((path) => `${page}: ${path}`),
  )
  expect(broken).toEqual([])
})

function codesInSources(): ReadonlySet<string> {
  const files = globSync('{libs,services,cli}/*/src/**/*.ts', { cwd: ROOT })
  const texts = [...files, ...globSync('libs/git/src/git-refused.ts', { cwd: ROOT })].map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  )
  const text = texts.join('\n')
  const found = /code: string = '([^']+)'|^ {2}\| '([A-Z_]+)' \/\//gmu
  return new Set([...text.matchAll(found)].map(([, named = '', listed = '']) => named || listed))
}
