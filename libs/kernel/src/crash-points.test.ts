import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { systemCrashPoints } from './system-crash-points.ts'

const MODULE = new URL('system-crash-points.ts', import.meta.url).href

function run(wish: string): { readonly signal: string | null; readonly printed: string } {
  const code = `
    const { systemCrashPoints } = await import(${JSON.stringify(MODULE)})
    const points = systemCrashPoints(${JSON.stringify(wish)})
    const { writeSync } = await import('node:fs')
    for (const name of ['a', 'b', 'a', 'b']) { points.at(name); writeSync(1, name) }`
  const { signal, stdout } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', code],
    { encoding: 'utf8' },
  )
  return { signal, printed: stdout }
}

test('a process is killed when it reaches the named point', () => {
  expect(run('b')).toEqual({ signal: 'SIGKILL', printed: 'a' })
})

test('a process is killed when it reaches the named point for the n-th time', () => {
  expect(run('b:2')).toEqual({ signal: 'SIGKILL', printed: 'aba' })
})

test('a process goes on when no point is named, or another one', () => {
  expect(run('c')).toEqual({ signal: null, printed: 'abab' })
  expect(run('')).toEqual({ signal: null, printed: 'abab' })
})

test('a count that is none is refused', () => {
  expect(() => systemCrashPoints('append.before-commit:0')).toThrow('a count from 1')
})
