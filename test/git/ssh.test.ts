import {
  commitTo,
  EMBEDDED_POLICY,
  GitRefused,
  openGit,
  platformPolicy,
  seedRepository,
  type Git,
  type GitCredentials,
  type NewCommit,
  type Remote,
} from '@tidemark/git'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { makeKey, startSshd, type Sshd } from '../rig/components/sshd.ts'

const NEVER = new AbortController().signal

describeWith(['git', 'ssh', 'sshd'], 'Git over SSH, by a real sshd', () => {
  describe('that speaks version 2', () => {
    sshSuite('taken')
  })
  describe('that speaks version 0', () => {
    sshSuite('not taken')
  })
})

function sshSuite(gitProtocol: 'taken' | 'not taken'): void {
  const dir = temporaryDir('git-ssh')
  const cache = join(dir.path, 'cache')
  const bare = join(dir.path, "a person's fleet.git")
  const stack = new AsyncDisposableStack()
  let sshd: Sshd
  let git: Git

  beforeAll(async () => {
    stack.defer(() => dir.remove())
    await seedRepository(bare, { 'a.yaml': 'one', 'b/c.yaml': 'kept' }, by('one'))
    sshd = stack.use(await startSshd({ gitProtocol }))
    git = stack.use(
      await openGit({ cacheDirectory: cache, clock: systemClock, random: systemRandom }),
    )
  })
  afterAll(() => stack.disposeAsync())

  const remote = (more: Partial<Remote> = {}): Remote => ({
    url: `${sshd.url}${encodeURI(bare)}`,
    policy: EMBEDDED_POLICY,
    credentials: login(sshd.identity, sshd.knownHosts),
    ...more,
  })
  const read = async (more: Partial<Remote> = {}): Promise<Readonly<Record<string, string>>> => {
    await using source = await git.open(remote(more))
    const resolution = await source.resolve({ branch: 'main' }, NEVER)
    const commit = await source.fetch(resolution, NEVER)
    const tree = await source.tree(commit, NEVER)
    const files: [string, string][] = []
    for (const { path, oid } of tree)
      for await (const { bytes } of source.blobs([oid], NEVER))
        files.push([path, Buffer.from(bytes).toString()])
    return Object.fromEntries(files)
  }

  test('a commit is read, then the next one; nothing of the key stays on disk', async () => {
    expect(await read()).toEqual({ 'a.yaml': 'one', 'b/c.yaml': 'kept' })
    await commitTo(bare, { 'a.yaml': 'two' }, by('two'))
    expect(await read()).toEqual({ 'a.yaml': 'two', 'b/c.yaml': 'kept' })
    expect(readdirSync(join(cache, 'ssh'))).toEqual([])
  })

  test('a server whose key is not known is not talked to', async () => {
    for (const knownHosts of ['', sshd.knownHosts.replace('localhost', 'other'), swapped(sshd)])
      await refused(read({ credentials: login(sshd.identity, knownHosts) }), {
        code: 'SOURCE_HOST_KEY',
        says: 'is not among known_hosts',
      })
  })

  test('a key that the server does not know is refused', async () => {
    await refused(read({ credentials: login(makeKey('').privateKey, sshd.knownHosts) }), {
      code: 'SOURCE_AUTHENTICATION',
      says: 'the server refuses this key',
    })
  })

  test('a key that is none is told as such', async () => {
    await refused(read({ credentials: login('no key at all', sshd.knownHosts) }), {
      code: 'SOURCE_AUTHENTICATION',
      says: /is no private key|refuses this key/u,
    })
  })

  test('a repository, a branch or a Secret that is not there is named', async () => {
    await refused(read({ url: `${sshd.url}/no/such/fleet.git` }), {
      code: 'SOURCE_NOT_FOUND',
      says: '/no/such/fleet.git',
    })
    await using source = await git.open(remote())
    await refused(source.resolve({ branch: 'other' }, NEVER), {
      code: 'SOURCE_REF_MISSING',
      says: 'other',
    })
    await refused(git.open({ url: remote().url, policy: EMBEDDED_POLICY }), {
      code: 'SOURCE_AUTHENTICATION',
      says: /identity \(a private key\) and known_hosts/u,
    })
  })

  test('the policy of the operator holds for SSH too', async () => {
    const policy = platformPolicy({ hosts: ['git.example.com'], networks: [] })
    await refused(read({ policy }), { code: 'SOURCE_ADDRESS', says: 'localhost' })
  })

  test('who cancels gets the reason, and the connection ends', async () => {
    const ending = new AbortController()
    await using source = await git.open(remote())
    const asked = source.resolve({ branch: 'main' }, ending.signal)
    ending.abort(new Error('no longer wanted'))
    await expect(asked).rejects.toThrow('no longer wanted')
    expect(readdirSync(join(cache, 'ssh'))).toEqual([])
  })
}

test('a server that nobody runs is an outage, not an answer', async () => {
  const dir = temporaryDir('git-ssh')
  try {
    await using git = await openGit({
      cacheDirectory: dir.path,
      clock: systemClock,
      random: systemRandom,
    })
    await using source = await git.open({
      url: 'ssh://git@localhost:1/fleet.git',
      policy: EMBEDDED_POLICY,
      credentials: login(makeKey('').privateKey, ''),
    })
    await expect(source.resolve({ branch: 'main' }, NEVER)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('nothing listens there'),
    })
  } finally {
    dir.remove()
  }
})

function by(message: string): NewCommit {
  return { message, identity: { name: 'Ada', email: 'ada@example.com' }, clock: systemClock }
}

function login(key: string, knownHosts: string): GitCredentials {
  return { ssh: { identity: new Secret(key), knownHosts } }
}

/** The right name with another server's key, as somebody in between would have it. */
function swapped({ knownHosts }: Sshd): string {
  const [name] = knownHosts.split(' ')
  return `${name} ${makeKey('').publicKey}`
}

async function refused(
  asked: Promise<unknown>,
  { code, says }: { readonly code: string; readonly says: string | RegExp },
): Promise<void> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(GitRefused)
  expect(error).toMatchObject({ code, message: expect.stringMatching(says) })
  expect(String(error)).not.toContain('PRIVATE KEY')
}
