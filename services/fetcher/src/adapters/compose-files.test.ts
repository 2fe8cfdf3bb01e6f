import { expect, test } from 'vitest'
import { composeFiles, type CopyStep } from './compose-files.ts'

const entry = (path: string) => ({ path, mode: '100644' as const, oid: `id of ${path}` })
const SOURCES = new Map([
  [
    'app',
    [
      entry('README.md'),
      entry('deploy/a.yaml'),
      entry('deploy/base/b.yaml'),
      entry('deploy/base/notes.md'),
      entry('envs/prod.yaml'),
    ],
  ],
  ['config', [entry('values.yaml')]],
])

function composed(...steps: readonly (Partial<CopyStep> & { from: string; to: string })[]): object {
  const whole = steps.map(({ from, to, exclude = [], strategy = 'Overwrite' }) => ({
    from,
    to,
    exclude,
    strategy,
  }))
  const files = composeFiles(SOURCES, whole)
  return Object.fromEntries(
    files.map(({ path, parts }) => [path, parts.map((part) => part.path).join(' + ')]),
  )
}

// As cp does, and as source-watcher documents its own copying.
test.each([
  ['@app/deploy', '@artifact/', ['deploy/a.yaml', 'deploy/base/b.yaml', 'deploy/base/notes.md']],
  [
    '@app/deploy/',
    '@artifact/x',
    ['x/deploy/a.yaml', 'x/deploy/base/b.yaml', 'x/deploy/base/notes.md'],
  ],
  ['@app/deploy/**', '@artifact/x/', ['x/a.yaml', 'x/base/b.yaml', 'x/base/notes.md']],
  [
    '@app/deploy/*',
    '@artifact/x/',
    ['x/deploy/a.yaml', 'x/deploy/base/b.yaml', 'x/deploy/base/notes.md'],
  ],
  ['@app/deploy/*.yaml', '@artifact/x/', ['x/deploy/a.yaml']],
  ['@app/*.md', '@artifact/', ['README.md']],
  ['@app/envs/prod.yaml', '@artifact/env.yaml', ['env.yaml']],
  ['@app/envs/prod.yaml', '@artifact/env/', ['env/prod.yaml']],
  ['@config/', '@artifact/c', ['c/values.yaml']],
])('%s to %s', (from, to, paths) => {
  expect(Object.keys(composed({ from, to }))).toEqual(paths)
})

test('a file goes into a folder that is there, though its name has no slash at the end', () => {
  const steps = [
    { from: '@app/deploy/**', to: '@artifact/x/' },
    { from: '@config/values.yaml', to: '@artifact/x' },
  ]
  expect(Object.keys(composed(...steps))).toContain('x/values.yaml')
})

test('what is excluded by name, by path from the root or from the folder is left out', () => {
  const step = { from: '@app/deploy/**', to: '@artifact/' }
  expect(composed({ ...step, exclude: ['*.md'] })).not.toHaveProperty(['base/notes.md'])
  expect(Object.keys(composed({ ...step, exclude: ['deploy/base'] }))).toEqual(['a.yaml'])
  expect(Object.keys(composed({ ...step, exclude: ['base/**'] }))).toEqual(['a.yaml'])
  expect(Object.keys(composed({ ...step, exclude: ['**/b.yaml'] }))).not.toContain('base/b.yaml')
})

test('a later step overwrites, or is merged into what is there', () => {
  const first = { from: '@app/envs/prod.yaml', to: '@artifact/values.yaml' }
  const second = { from: '@config/values.yaml', to: '@artifact/' }
  expect(composed(first, second)).toEqual({ 'values.yaml': 'values.yaml' })
  expect(composed(first, { ...second, strategy: 'Merge' })).toEqual({
    'values.yaml': 'envs/prod.yaml + values.yaml',
  })
})

test('a step that finds nothing, or a file where a folder is to be, is refused', () => {
  expect(() => composed({ from: '@app/nowhere/*', to: '@artifact/' })).toThrow(
    'nothing is copied from @app/nowhere/*',
  )
  const file = { from: '@config/values.yaml', to: '@artifact/x' }
  expect(() => composed(file, { from: '@app/deploy', to: '@artifact/x' })).toThrow('x is a file')
})
