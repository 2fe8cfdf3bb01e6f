import { describe, expect, test } from 'vitest'
import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { executeTemplate } from './execute.ts'
import { forget, type GeneratedEntry, GeneratedMemory } from './generated-memory.ts'
import { helmFunctions } from './helm-functions.ts'
import { TemplateSet } from './template-set.ts'
import { GoMap } from './values.ts'

function render(
  text: string,
  seed: number,
  remembered: readonly GeneratedEntry[] = [],
): [string, GeneratedMemory] {
  const memory = new GeneratedMemory(
    { random: seededRandom(seed), clock: new VirtualClock() },
    remembered,
  )
  const set = new TemplateSet({ functions: helmFunctions })
  set.parse({ name: 't', text })
  return [executeTemplate(set, 't', new GoMap(), { generated: memory }), memory]
}

describe('a memory of generated values', () => {
  const secrets =
    '{{ randAlphaNum 20 }} {{ randAlphaNum 20 }} {{ uuidv4 }} {{ bcrypt "x" }} {{ now.Unix }}'

  test('gives the values of the last render again', () => {
    const [first, memory] = render(secrets, 1)
    const [second, replayed] = render(secrets, 2, memory.entries)
    expect(second).toBe(first)
    expect(replayed.drawn).toBe(0)
  })

  test.each([
    '{{ randAlphaNum 20 }}',
    '{{ randAlpha 20 }}',
    '{{ randNumeric 20 }}',
    '{{ randAscii 20 }}',
    '{{ randBytes 20 }}',
    '{{ randInt 0 1000000000 }}',
    '{{ shuffle "abcdefghijklmnopqrstuvwxyz" }}',
    '{{ uuidv4 }}',
    '{{ bcrypt "x" }}',
    '{{ htpasswd "user" "x" }}',
    '{{ encryptAES "key" "text" }}',
    '{{ genPrivateKey "ed25519" }}',
    '{{ genPrivateKey "ecdsa" }}',
    '{{ (genSelfSignedCert "a" nil nil 1).Key }}',
    '{{ (genSignedCert "a" nil nil 1 (genCA "b" 1)).Cert }}',
  ])('%s differs from draw to draw, and is given again', (text) => {
    const [first, memory] = render(text, 1)
    const [second] = render(text, 2)
    const [again, replayed] = render(text, 2, memory.entries)
    expect(second).not.toBe(first)
    expect(again).toBe(first)
    expect(replayed.drawn).toBe(0)
  })

  test('tells two calls of the same kind apart by their order', () => {
    const [output] = render('{{ randAlphaNum 20 }} {{ randAlphaNum 20 }}', 1)
    const [left, right] = output.split(' ')
    expect(left).not.toBe(right)
  })

  test('draws only what is new when a template changes', () => {
    const [first, memory] = render('{{ randAlphaNum 20 }}', 1)
    const [second, next] = render('{{ randAlphaNum 20 }} {{ randNumeric 6 }}', 2, memory.entries)
    expect(second.startsWith(first)).toBe(true)
    expect(next.drawn).toBe(1)
  })

  test('rotates what is forgotten and nothing else', () => {
    const [first, memory] = render('{{ randAlphaNum 20 }} {{ uuidv4 }}', 1)
    const kept = forget(memory.entries, (call) => call.function === 'uuidv4')
    const [second] = render('{{ randAlphaNum 20 }} {{ uuidv4 }}', 2, kept)
    expect(second.split(' ')[0]).toBe(first.split(' ')[0])
    expect(second.split(' ')[1]).not.toBe(first.split(' ')[1])
  })

  test('keeps arguments out of what names a value', () => {
    const [, memory] = render('{{ htpasswd "user" "correct horse" }}', 1)
    const [call] = memory.entries
    expect(JSON.stringify({ ...call, value: '' })).not.toContain('horse')
  })

  test('remembers a certificate with its key', () => {
    const text = '{{ $ca := genCA "tidemark" 365 }}{{ $ca.Cert }}{{ $ca.Key }}'
    const [first, memory] = render(text, 1)
    expect(first).toContain('BEGIN CERTIFICATE')
    expect(render(text, 2, memory.entries)[0]).toBe(first)
  })
})
