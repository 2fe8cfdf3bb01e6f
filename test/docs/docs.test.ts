import { createMetrics } from '@tidemark/service'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tidemark } from '../chart/render-chart.ts'
import { commandsOf, pages, readPage, ROOT, type Command } from './read-docs.ts'

/** What a `tidemark` command of the docs says: its words up to the first argument, and its options. */
interface Usage {
  readonly path: readonly string[]
  readonly options: readonly string[]
}

test('every tidemark command of the docs is one, with the options that it has', () => {
  const commands = pages()
    .flatMap(commandsOf)
    .filter(({ text }) => /^(?:npx )?tidemark /u.test(text))
  expect(commands.length).toBeGreaterThan(15)
  const helps = new Map<string, string>()
  const problems = commands.flatMap(({ place, text }: Command) => {
    const { path, options } = usageOf(text)
    const name = path.join(' ')
    const help = helps.get(name) ?? helpOf(path)
    helps.set(name, help)
    if (help === '') return [`${place}: there is no command "${name}"`]
    return options
      .filter((option) => !new RegExp(String.raw`(?:^|[ ,])${option}(?:[ ,<=]|$)`, 'mu').test(help))
      .map((option) => `${place}: "${name}" has no option ${option}`)
  })
  expect(problems).toEqual([])
}, 180_000)

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

function usageOf(text: string): Usage {
  const words = text.replace(/^npx /u, '').split(/\s+/u).slice(1)
  const options = words
    .filter((word) => word.startsWith('-'))
    .map((word) => word.split('=')[0] ?? '')
  const [first = '', second = ''] = words
  const isGroup = ['cluster', 'secret', 'audit', 'parked', 'render', 'demo'].includes(first)
  return { path: isGroup ? [first, second] : [first], options }
}

/** The help of a command; empty where there is none of that name. */
function helpOf(path: readonly string[]): string {
  const { code, out } = tidemark(...path, '--help')
  const usage = new RegExp(`^usage: tidemark ${path.join(' ')}\\b`, 'imu')
  return code === 0 && usage.test(out) ? out : ''
}

function codesInSources(): ReadonlySet<string> {
  const files = globSync('{libs,services,cli}/*/src/**/*.ts', { cwd: ROOT })
  const texts = [...files, ...globSync('libs/git/src/git-refused.ts', { cwd: ROOT })].map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  )
  const text = texts.join('\n')
  const found = /code: string = '([^']+)'|^ {2}\| '([A-Z_]+)' \/\//gmu
  return new Set([...text.matchAll(found)].map(([, named = '', listed = '']) => named || listed))
}
