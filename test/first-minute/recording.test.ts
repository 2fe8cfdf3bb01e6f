import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { Mask } from './mask.ts'
import { hasTerminals, Minute } from './minute.ts'
import { record, steadyPart } from './recording.ts'
import { screenOf, textOf } from './screen.ts'
import { svgOf } from './svg.ts'

const SLOW = 300_000
const DOCS = join(import.meta.dirname, '..', '..', 'docs')

test('a screen is what was written last; what is drawn over is gone', () => {
  const screen = screenOf('one\r\ntwo\r\n\u{1b}[2A\u{1b}[J\u{1b}[32mOne\u{1b}[0m\r\n')
  expect(textOf(screen)).toBe('One\n')
  expect(screen[0]?.[0]).toEqual({ text: 'O', style: '32' })
})

test('a picture of a screen keeps columns, and what XML would take for its own', () => {
  const svg = svgOf('a & b', screenOf('x  <y>'))
  expect(svg).toContain('aria-label="a &amp; b"')
  expect(svg).toContain('x  &lt;y&gt;')
})

test('the same id is masked by the same one, at any length', () => {
  const mask = new Mask()
  expect(mask.apply('main@sha1:1234567')).toBe('main@sha1:c0ffe01')
  expect(mask.apply('committed 89abcde: x')).toBe('committed c0ffe02: x')
  expect(mask.apply(`sha1:1234567${'f'.repeat(33)}`)).toBe(`sha1:c0ffe01${'0'.repeat(33)}`)
})

describeWith(hasTerminals ? ['git'] : [], 'on a terminal', () => {
  test.skipIf(!hasTerminals)(
    'the first minute prints what its page in the docs says, and looks as its pictures show',
    async () => {
      const now = steadyPart(await record())
      for (const [file, text] of now) {
        const kept = new Map([[file, readFileSync(join(DOCS, file), 'utf8')]])
        expect(text, `${file}: npm run first-minute makes it anew`).toBe(steadyPart(kept).get(file))
      }
    },
    SLOW,
  )
})

describe.skipIf(!hasTerminals)('with NO_COLOR', () => {
  test(
    'a table changes in place until all is ready, without colours',
    async () => {
      await using plain = await Minute.begin({
        tools: [],
        terminal: 'yes',
        env: { NO_COLOR: '1' },
      })
      expect(plain.shown).toContain('A\u{1b}[J') // Up, and clear.
      expect(plain.shown).toContain('13 of 13 are ready')
      expect(plain.shown.split('\u{1b}[').filter((part) => /^\d*m/u.test(part))).toEqual([])
      expect(await plain.interrupt()).toBe(0)
    },
    SLOW,
  )
})
