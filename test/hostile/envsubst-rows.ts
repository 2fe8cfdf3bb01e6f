import { EnvsubstError, substitute } from '@tidemark/envsubst'
import type { HostileEngine, HostileRow } from './engine.ts'

const MIB = 1024 * 1024

export const envsubst: HostileEngine = {
  rows: [
    row('expressions inside one another', /^ENVSUBST_LIMIT: /u, () => [
      `${'${a:='.repeat(10_000)}${'}'.repeat(10_000)}`,
    ]),
    row('expressions that never end', /^ENVSUBST_/u, () => ['${a:='.repeat(100_000)]),
    row('a text that grows by itself', /^ENVSUBST_LIMIT: /u, () => [
      '${a}'.repeat(1000),
      'x'.repeat(MIB),
    ]),
    row('a replacement that grows', /^ENVSUBST_LIMIT: /u, () => [
      `\${a//x/${'y'.repeat(1000)}}`,
      'x'.repeat(MIB),
    ]),
    row('a glob of many stars', /^(?:ENVSUBST_LIMIT: |a+$)/u, () => [
      `\${a##${'*a'.repeat(100)}b}`,
      'a'.repeat(10_000),
    ]),
    row('a glob with an open class', /^ENVSUBST_|^a+$/u, () => ['${a##[a-}', 'aaa']),
    row('a part beyond the text', /^ENVSUBST_RANGE: /u, () => ['${a:1:-2}', 'b']),
    row('a million dollars', /^\$+ ... \$+$/u, () => ['$$'.repeat(MIB)]),
  ],
  checkGood: () => {
    const answer = substitute('a: ${a:=b}', new Map(), { unset: 'error' })
    if (answer !== 'a: b') throw new Error(`a good text gives ${answer}`)
  },
}

/** The text, and the value of `a`. */
function row(
  name: string,
  expected: RegExp,
  make: () => readonly [text: string, value?: string],
): HostileRow {
  return {
    name,
    expected,
    prepare: () => {
      const [text, value] = make()
      const variables = new Map(value === undefined ? [] : [['a', value]])
      return () => answerTo(text, variables)
    },
  }
}

function answerTo(text: string, variables: ReadonlyMap<string, string>): string {
  try {
    return substitute(text, variables, { unset: 'empty' })
  } catch (error) {
    if (error instanceof EnvsubstError) return error.message
    throw error
  }
}
