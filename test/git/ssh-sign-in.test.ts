import { EMBEDDED_POLICY, openGit, seedRepository, type Git, type ProxyChoice } from '@tidemark/git'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startForwardProxy } from '../rig/components/forward-proxy.ts'
import { startSocksProxy } from '../rig/components/socks-proxy.ts'
import { lockKey, makeKey, startSshd, type Sshd } from '../rig/components/sshd.ts'

const NEVER = new AbortController().signal
const HEADS = {
  OpenSSH: /^-----BEGIN OPENSSH PRIVATE KEY-----/u,
  PEM: /^-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED/u,
  PKCS8: /^-----BEGIN ENCRYPTED PRIVATE KEY-----/u,
}
const PASSPHRASE = 'correct  horse \\n $HOME'

describeWith(['git', 'ssh', 'sshd'], 'signing in to a real sshd', () => {
  const dir = temporaryDir('ssh-sign-in')
  const cache = join(dir.path, 'cache')
  const bare = join(dir.path, 'fleet.git')
  const stack = new AsyncDisposableStack()
  let sshd: Sshd
  let git: Git

  beforeAll(async () => {
    stack.defer(() => dir.remove())
    const identity = { name: 'Ada', email: 'ada@example.com' }
    await seedRepository(bare, { 'a.yaml': 'a' }, { message: 'a', identity, clock: systemClock })
    sshd = stack.use(await startSshd({ gitProtocol: 'taken', keyType: 'ecdsa' }))
    git = stack.use(
      await openGit({ cacheDirectory: cache, clock: systemClock, random: systemRandom }),
    )
  })
  afterAll(() => stack.disposeAsync())

  interface SignIn {
    readonly key: string
    readonly passphrase?: string
    /** Another name than localhost, which a proxy knows. */
    readonly host?: string
    readonly proxy?: ProxyChoice
  }

  const signIn = async ({
    key,
    passphrase,
    host = 'localhost',
    ...more
  }: SignIn): Promise<string> => {
    const given = passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }
    const knownHosts = sshd.knownHosts.replace('localhost', host)
    await using source = await git.open({
      url: `${sshd.url.replace('localhost', host)}${bare}`,
      policy: EMBEDDED_POLICY,
      credentials: { ssh: { identity: new Secret(key), knownHosts, ...given } },
      ...more,
    })
    return (await source.resolve({ branch: 'main' }, NEVER)).revision
  }
  const refused = async (asked: SignIn, says: string): Promise<void> => {
    const error: unknown = await signIn(asked).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ message: expect.stringContaining(says) })
    expect(String(error)).not.toContain(asked.passphrase || PASSPHRASE)
  }

  test.each(['OpenSSH', 'PEM', 'PKCS8'] as const)(
    'a key of the form %s with a passphrase is opened by that, and by no other',
    async (form) => {
      const key = lockKey(sshd.identity, PASSPHRASE, form)
      expect(key).toMatch(HEADS[form])
      expect(await signIn({ key, passphrase: PASSPHRASE })).toMatch(/^main@sha1:/u)
      await refused({ key, passphrase: 'guessed' }, 'is not the passphrase of identity')
      expect(readdirSync(join(cache, 'ssh'))).toEqual([])
    },
  )

  test('a passphrase that is not given, empty, or of two lines is told as such', async () => {
    const key = lockKey(sshd.identity, PASSPHRASE, 'OpenSSH')
    await refused({ key }, 'identity of the Secret has a passphrase: add it')
    await refused({ key, passphrase: '' }, 'identity of the Secret has a passphrase: add it')
    await refused({ key, passphrase: `${PASSPHRASE}\n` }, 'it has a line break in it')
  })

  test('a passphrase of a key that has none is not used; a locked key of nobody is refused', async () => {
    expect(await signIn({ key: sshd.identity, passphrase: 'spare' })).toMatch(/^main@sha1:/u)
    const key = makeKey('of nobody').privateKey
    await refused({ key, passphrase: 'of nobody' }, 'the server refuses this key')
  })

  test('a proxy that the source names is used, by SOCKS5 and by HTTP', async () => {
    const login = { username: 'ada', password: 'p@ss word' }
    const host = 'git.example.com'
    const hosts = { [host]: '127.0.0.1' }
    await using socks = await startSocksProxy({ login, hosts })
    await using http = await startForwardProxy({ login, hosts })
    const choice = (address: string, password = login.password): ProxyChoice => ({
      address,
      username: login.username,
      password: new Secret(password),
    })
    const key = sshd.identity
    for (const { url } of [socks, http]) {
      expect(await signIn({ key, host, proxy: choice(url) })).toMatch(/^main@sha1:/u)
      await refused({ key, host, proxy: choice(url, 'wrong') }, 'username and password')
    }
    const place = `${host}:${new URL(sshd.url).port}`
    expect([socks.requests(), http.requests()]).toEqual([[place], [`CONNECT ${place}`]])
  })
})
