import { randomBytes } from 'node:crypto'
import { Secret, systemRandom } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { describe, expect, test } from 'vitest'
import { openKeyring, type KeyEncryptionSecret } from './keyring.ts'

const installation = new Secret(Uint8Array.from({ length: 32 }, (_, index) => index))
const text = new TextEncoder()
const plain = text.encode('apiVersion: v1\nkind: Secret\n')

function keyEncryptionSecret(id: string): KeyEncryptionSecret {
  return { id, secret: new Secret(new Uint8Array(randomBytes(32))) }
}

function keyringWith(...keyEncryptionSecrets: KeyEncryptionSecret[]) {
  return openKeyring({
    installationSecret: installation,
    keyEncryptionSecrets,
    random: systemRandom,
  })
}

describe('sealing', () => {
  test.for([0, 1, 15, 16, 17, 2_000, 1_000_000])('%i bytes come back as they were', (length) => {
    const keyring = keyringWith()
    const bytes = new Uint8Array(randomBytes(length))
    expect(Buffer.from(keyring.open(keyring.seal(bytes))).equals(bytes)).toBe(true)
  })

  test('the same bytes are never sealed alike, and nothing of them shows', () => {
    const keyring = keyringWith()
    const [one, other] = [keyring.seal(plain), keyring.seal(plain)]
    expect(Buffer.from(one).equals(other)).toBe(false)
    expect(Buffer.from(one).includes('Secret')).toBe(false)
  })

  test('with the same randomness the sealed bytes are the same, so a simulation can be repeated', () => {
    const [one, other] = [1, 2].map(() =>
      openKeyring({ installationSecret: installation, random: seededRandom(7) }).seal(plain),
    )
    expect(one).toEqual(other)
  })

  test('each flipped bit and each cut is found', () => {
    const keyring = keyringWith()
    const sealed = keyring.seal(plain)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Uint8Array.from(sealed)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => keyring.open(flipped)).toThrow(
        expect.objectContaining({ code: 'sealed-bytes-corrupt', retry: 'never' }),
      )
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => keyring.open(sealed.subarray(0, length))).toThrow(/cannot open sealed bytes/)
    }
  })
})

describe('rotating keys', () => {
  const first = keyEncryptionSecret('2026-01')
  const second = keyEncryptionSecret('2026-02')

  test('the newest key seals, and what older ones sealed still opens', () => {
    const before = keyringWith().seal(plain)
    const then = keyringWith(first).seal(plain)
    const now = keyringWith(first, second)
    expect(now.sealingKeyId).toBe('2026-02')
    expect(Buffer.from(now.open(before))).toEqual(Buffer.from(plain))
    expect(Buffer.from(now.open(then))).toEqual(Buffer.from(plain))
  })

  test('rewrapping changes the head only, and makes the old key needless', () => {
    const sealed = keyringWith(first).seal(plain)
    const rewrapped = keyringWith(first, second).rewrap(sealed)
    const bodyBytes = 12 + plain.length + 16
    expect(rewrapped.subarray(-bodyBytes)).toEqual(sealed.subarray(-bodyBytes))
    expect(Buffer.from(keyringWith(second).open(rewrapped))).toEqual(Buffer.from(plain))
  })

  test('what the newest key has wrapped is left alone', () => {
    const keyring = keyringWith(first)
    const sealed = keyring.seal(plain)
    expect(keyring.rewrap(sealed)).toBe(sealed)
  })

  test('a missing key is named, with those that are there, and waits for the operator', () => {
    const sealed = keyringWith(second).seal(plain)
    expect(() => keyringWith(first).open(sealed)).toThrow(
      expect.objectContaining({
        code: 'sealing-key-missing',
        retry: 'later',
        message:
          'cannot open sealed bytes: key 2026-02 is not configured here; there are: installation, 2026-01',
      }),
    )
  })

  test('another key under the same id is told from corrupt bytes', () => {
    const sealed = keyringWith(first).seal(plain)
    expect(() => keyringWith(keyEncryptionSecret('2026-01')).open(sealed)).toThrow(
      'the configured key 2026-01 is not the one that sealed them',
    )
  })
})

describe('names and digests', () => {
  test('they depend on the bytes and the installation, and on no other key', () => {
    const keyring = keyringWith()
    const elsewhere = openKeyring({
      installationSecret: new Secret(new Uint8Array(randomBytes(32))),
      random: systemRandom,
    })
    expect(keyring.nameOf(plain)).toMatch(/^[0-9a-f]{64}$/)
    expect(keyring.digestOf(plain)).toMatch(/^[0-9a-f]{64}$/)
    expect(keyring.digestOf(plain)).not.toBe(keyring.nameOf(plain))
    expect(elsewhere.nameOf(plain)).not.toBe(keyring.nameOf(plain))
    expect(keyringWith(keyEncryptionSecret('k')).nameOf(plain)).toBe(keyring.nameOf(plain))
    expect(keyring.digestOf('ü')).toBe(keyring.digestOf(text.encode('ü')))
  })

  test('they are what they were in the first release', () => {
    const keyring = keyringWith()
    expect([keyring.nameOf(plain), keyring.digestOf('correct horse')]).toMatchInlineSnapshot(`
      [
        "1e4e457d9256a5f8f116149473b98cda7d7c5e3c536b15b90ad69e880f5837ae",
        "2e9956ac2e68978cb6f6b8271049b6d38e38611a74a5315d1ff86b70aa48f478",
      ]
    `)
  })

  test('bytes that the first release sealed still open', () => {
    const sealed =
      'VE1TMQxpbnN0YWxsYXRpb25mt7E+kyBDDJ/dPf23Zk2t6SvG1rNFfqvT2afl3J45sQsFAHhrvyZYHRhgVkiEj9KZQ+DQlVmpTceZUwyyyUsDBfbNRrh0xf49wSdSaT8mub533ZNaI3frDWTFI8Iu+IkjUVmAKLDKh2RDPXag9jmNHZ2t1btHBcMTziuK'
    expect(Buffer.from(keyringWith().open(Buffer.from(sealed, 'base64'))).toString()).toBe(
      'apiVersion: v1\nkind: Secret\n',
    )
  })
})

describe('what cannot be a key', () => {
  test.for([
    ['a secret that is too short', new Uint8Array(31), 'has 31 bytes, not 32'],
    ['a secret that is all zero', new Uint8Array(32), 'one byte over and over'],
  ] as const)('%s is refused', ([, bytes, message]) => {
    const open = () => openKeyring({ installationSecret: new Secret(bytes), random: systemRandom })
    expect(open).toThrow(message)
  })

  test.for(['', 'A', 'a b', '-a', 'x'.repeat(33)])('key id %j is refused', (id) => {
    expect(() => keyringWith(keyEncryptionSecret(id))).toThrow('is not 1 to 32 characters')
  })

  test('an id that stands twice is refused', () => {
    const [one, other] = [keyEncryptionSecret('a'), keyEncryptionSecret('a')]
    expect(() => keyringWith(one, other)).toThrow('key id a is there twice')
  })
})
