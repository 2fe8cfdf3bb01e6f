import { Secret } from '@tidemark/kernel'
import { describe, expect, test } from 'vitest'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { checkLogProof, formatLogProof, parseLogProof } from './log-proof.ts'
import { newSigner, parseSigner, parseVerifier } from './note-key.ts'
import { cosignNote, openNote, signNote } from './signed-note.ts'
import { hashLeaf, hashNode } from './tree-hash.ts'

// The example of Go's golang.org/x/mod/sumdb/note, which every implementation tests with.
const verifierKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const signingKey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const text =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n"
const signature =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
const note = `${text}\n${signature}`

const peter = parseSigner(new Secret(signingKey))
const { signer: log, signingKey: logKey } = newSigner(
  'tidemark.example/log/main',
  new Secret(new Uint8Array(32).fill(1)),
)

describe('a signed note', () => {
  test('is signed byte for byte as the reference does', () => {
    expect(signNote(text, [peter])).toBe(note)
    expect(peter.key).toBe(verifierKey)
  })

  test('opens for a key that signed it', () => {
    const verifier = parseVerifier(verifierKey)
    expect(openNote(note, [verifier])).toEqual({ kind: 'verified', text, by: [verifier] })
  })

  test('opens for some of several keys, and names those', () => {
    const both = cosignNote(note, log)
    const opened = openNote(both, [parseVerifier(log.key), peter])
    expect(opened).toMatchObject({
      kind: 'verified',
      by: [{ name: 'PeterNeumann' }, { name: log.name }],
    })
    expect(openNote(both, [log])).toMatchObject({ kind: 'verified', by: [{ name: log.name }] })
  })

  test('is not believed without a trusted key', () => {
    expect(openNote(note, [log])).toEqual({
      kind: 'unverified',
      reason: 'no trusted key signed it, only PeterNeumann+c74f20a3',
    })
  })

  test('is not believed once a letter of it has changed', () => {
    expect(openNote(note.replace('answer', 'Answer'), [peter])).toEqual({
      kind: 'unverified',
      reason: 'the signature of PeterNeumann does not match the text',
    })
  })

  test('may have blank lines in its text', () => {
    const verse = 'one\n\ntwo\n'
    expect(openNote(signNote(verse, [log]), [log])).toMatchObject({ kind: 'verified', text: verse })
  })

  test.for([
    '',
    text,
    `${text}\n`,
    note.slice(0, -1),
    `${note}\n`,
    note.replace('— ', '- '),
    note.replace('x08go', 'x08g!'),
    note.replace('problem is', 'problem\tis'),
    `${text}\n— Peter Neumann x08go/ZJ\n`,
    `${text}\n— PeterNeumann x08goA==\n`.replace('x08goA==', 'x08g'),
    text + signature.repeat(101),
  ])('is refused when it is written otherwise: case %#', (malformed) => {
    expect(() => openNote(malformed, [peter])).toThrow(
      expect.objectContaining({ code: 'log-text-malformed', retry: 'never' }),
    )
  })
})

describe('keys', () => {
  test('no part of a key and no key with a changed letter is a key', () => {
    for (let at = 0; at < verifierKey.length; at += 1) {
      const code = verifierKey.charCodeAt(at) + 1
      const changed =
        verifierKey.slice(0, at) + String.fromCharCode(code) + verifierKey.slice(at + 1)
      expect(() => parseVerifier(changed)).toThrow(/cannot read the/)
      expect(() => parseVerifier(verifierKey.slice(0, at))).toThrow(/cannot read the/)
      expect(() => parseVerifier(verifierKey.slice(at + 1))).toThrow(/cannot read the/)
    }
  })

  test('a new key is written so that it reads back, and is a secret', () => {
    expect(parseSigner(logKey).key).toBe(log.key)
    expect(JSON.stringify(logKey)).toBe('"[secret]"')
    expect(() => parseSigner(new Secret('PRIVATE+KEY+x'))).toThrow(/cannot read the signing key/)
  })

  test.for(['', 'a b', 'a+b', 'a b', 'a\nb'])('%j names no key', (name) => {
    expect(() => newSigner(name, new Secret(new Uint8Array(32)))).toThrow(/cannot read the key/)
  })
})

describe('a checkpoint', () => {
  const behindTheSofa =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'

  test('reads and writes as the specification has it', () => {
    const checkpoint = parseCheckpoint(behindTheSofa)
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
    expect(formatCheckpoint(checkpoint)).toBe(behindTheSofa)
  })

  test('keeps lines that it does not know', () => {
    const extended = `${behindTheSofa}incarnation 3\n`
    expect(formatCheckpoint(parseCheckpoint(extended))).toBe(extended)
  })

  test.for([
    '',
    'x\n1\n',
    behindTheSofa.slice(0, -1),
    behindTheSofa.replace('20852163', '020852163'),
    behindTheSofa.replace('20852163', '-1'),
    behindTheSofa.replace('20852163', '9007199254740993'),
    behindTheSofa.replace('CsUY', 'sUY'),
    `${behindTheSofa}\n`,
    behindTheSofa.replace('example.com/behind-the-sofa', ''),
  ])('is refused when it is written otherwise: case %#', (malformed) => {
    expect(() => parseCheckpoint(malformed)).toThrow(/cannot read the checkpoint/)
  })
})

describe('a proof for offline use', () => {
  const [zero, one] = [hashLeaf(Buffer.from('zero')), hashLeaf(Buffer.from('one'))]
  const root = hashNode(zero, one)
  const checkpoint = signNote(formatCheckpoint({ origin: log.name, size: 2, root }), [log])
  const proof = { index: 1, path: [zero], checkpoint }
  const expected = { leaf: one, origin: log.name, trusted: [parseVerifier(log.key)] }

  test('reads back as it was written, with or without extra data', () => {
    expect(parseLogProof(formatLogProof(proof))).toEqual(proof)
    const extra = Buffer.from('more')
    expect(parseLogProof(formatLogProof({ ...proof, extra }))).toEqual({ ...proof, extra })
    expect(formatLogProof({ ...proof, extra })).toBe(
      `c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 1\n${Buffer.from(zero).toString('base64')}\n\n${checkpoint}`,
    )
  })

  test('shows that its entry is included', () => {
    expect(checkLogProof(proof, expected)).toMatchObject({
      kind: 'included',
      index: 1,
      checkpoint: { size: 2 },
    })
  })

  test.for([
    ['another entry', proof, { ...expected, leaf: zero }, 'the entry is not at index 1'],
    ['another place', { ...proof, index: 0 }, expected, 'the entry is not at index 0'],
    ['another log', proof, { ...expected, origin: 'x' }, 'is of tidemark.example/log/main, not x'],
    ['another key', proof, { ...expected, trusted: [peter] }, 'no trusted key signed it'],
  ] as const)('shows nothing about %s', ([, given, wanted, reason]) => {
    const checked = checkLogProof(given, wanted)
    expect(checked).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
  })

  test.for([
    '',
    'c2sp.org/tlog-proof@v2\nindex 0\n\nx\n',
    'c2sp.org/tlog-proof@v1\n\nx\n',
    'c2sp.org/tlog-proof@v1\nindex 01\n\nx\n',
    'c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nx\n',
    'c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx\n',
    `c2sp.org/tlog-proof@v1\nindex 0\n${`${Buffer.from(zero).toString('base64')}\n`.repeat(64)}\nx\n`,
  ])('is refused when it is written otherwise: case %#', (malformed) => {
    expect(() => parseLogProof(malformed)).toThrow(/cannot read the log proof/)
  })
})
