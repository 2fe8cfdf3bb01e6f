import { randomBytes } from 'node:crypto'
import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Masker } from './masker.ts'

const secret = 'hunter2-hunter2!'

describe('a masker', () => {
  test.for([
    ['nothing to hide', 'nothing to hide'],
    [`password is ${secret}.`, 'password is [secret].'],
    [`${secret}${secret} twice`, '[secret] twice'],
    [`${secret} and ${secret}`, '[secret] and [secret]'],
    [`half: ${secret.slice(0, 8)}`, 'half: hunter2-'],
  ] as const)('%s', ([text, masked]) => {
    expect(new Masker([secret]).mask(text)).toBe(masked)
  })

  test('leaves words of fewer than 8 bytes alone, and counts bytes, not characters', () => {
    expect(new Masker(['seven77']).mask('seven77')).toBe('seven77')
    expect(new Masker(['öööö']).mask('öööööööö ok')).not.toContain('ö')
  })

  test('takes overlapping secrets as one', () => {
    expect(new Masker(['abcdefgh', 'efghijkl']).mask('-abcdefghijkl-')).toBe('-[secret]-')
    expect(new Masker(['abcdefghijkl', 'cdefghij']).mask('-abcdefghijX-')).toBe('-ab[secret]X-')
  })

  test('finds base64 of a secret, alone and inside of a larger text, in both alphabets', () => {
    const masker = new Masker([secret, new Uint8Array([251, 255, 254, 251, 255, 254, 251, 255])])
    expect(masker.mask(`data: ${Buffer.from(secret).toString('base64')}`)).toBe('data: [secret]')
    for (const before of ['', 'u', 'us', 'user:']) {
      const text = Buffer.from(`${before}${secret} and more`).toString('base64')
      const masked = masker.mask(text)
      expect(masked).toContain('[secret]')
      const clear = masked.split('[secret]').map((part) => Buffer.from(part, 'base64').toString())
      expect(clear.join('|')).not.toContain(secret.slice(1, -1))
    }
    expect(masker.mask('+//++//++/8=')).toBe('[secret]')
    expect(masker.mask('-__--__--_8')).toBe('[secret]')
  })

  test('finds a secret as JSON and URLs write it, and a key line by line', () => {
    const key = `-----BEGIN KEY-----\n${'a1B2c3D4'.repeat(8)}\nkind: Config\n`
    const masker = new Masker(['pass"word\nnext', 'p@ss/word&1', key])
    expect(masker.mask(JSON.stringify({ a: 'pass"word\nnext' }))).toBe('{"a":"[secret]"}')
    expect(masker.mask('https://me:p%40ss%2Fword%261@git')).toBe('https://me:[secret]@git')
    expect(masker.mask(`line 2: ${'a1B2c3D4'.repeat(8)}`)).toBe('line 2: [secret]')
    expect(masker.mask('kind: Config')).toBe('kind: Config')
  })

  test('refuses more secrets than it can hold', () => {
    expect(() => new Masker([randomBytes(8 * 1024 * 1024)])).toThrow(
      expect.objectContaining({ code: 'too-many-secrets', retry: 'never' }),
    )
  })

  test('agrees with a search for one secret after the other', () => {
    const letters = string({ unit: constantFrom('a', 'b', 'c'), minLength: 8, maxLength: 12 })
    const texts = string({ unit: constantFrom('a', 'b', 'c'), maxLength: 200 })
    assert(
      property(array(letters, { minLength: 1, maxLength: 20 }), texts, (secrets, text) => {
        expect(new Masker(secrets).mask(text)).toBe(maskOneByOne(secrets, text))
      }),
      { numRuns: 500 },
    )
  })

  test('one pass is enough for ten thousand secrets', () => {
    const secrets = Array.from({ length: 10_000 }, (_, index) => `secret-value-${index}-x`)
    const text = secrets.join(' ')
    expect(new Masker(secrets).mask(text)).toBe(Array(10_000).fill('[secret]').join(' '))
  })
})

function maskOneByOne(secrets: readonly string[], text: string): string {
  const hidden = Array.from<boolean>({ length: text.length }).fill(false)
  for (const each of secrets) {
    for (let at = text.indexOf(each); at !== -1; at = text.indexOf(each, at + 1)) {
      hidden.fill(true, at, at + each.length)
    }
  }
  // Spans that touch are one mask, as in the masker.
  return text
    .split('')
    .map((unit, index) => (hidden[index] === true ? '\0' : unit))
    .join('')
    .replaceAll(/\0+/g, '[secret]')
}
