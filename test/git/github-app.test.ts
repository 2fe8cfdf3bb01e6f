import { EMBEDDED_POLICY, GithubApps, openGit, type GithubApp } from '@tidemark/git'
import { Secret, systemClock, systemRandom, type Clock } from '@tidemark/kernel'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp, type GitHttp } from '../rig/components/git-http.ts'
import { gitFleet } from '../rig/plane/fleet.ts'

const HOUR_MS = 3_600_000
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const signal = (): AbortSignal => AbortSignal.timeout(60_000)

/** GitHub's two end-points for apps, over HTTP: what they check, and what they give. */
interface FakeGithub {
  readonly url: string
  readonly asked: string[]
}

describeWith(['git'], 'a repository that a GitHub App reads', () => {
  const held = new AsyncDisposableStack()
  let skewMs = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + skewMs }
  let opened:
    | { readonly github: FakeGithub; readonly git: GitHttp; readonly dir: string }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'all has started')
    return opened
  }
  const app = (more: Partial<GithubApp> = {}): GithubApp => ({
    appId: '7',
    installation: { kind: 'id', id: '42' },
    privateKey: new Secret(PEM),
    baseUrl: `${there().github.url}/api/v3`,
    certificateAuthority: undefined,
    ...more,
  })
  const apps = (): GithubApps =>
    new GithubApps({ clock, policy: EMBEDDED_POLICY, proxies: undefined })

  beforeAll(async () => {
    const dir = temporaryDir('github-app')
    held.defer(dir.remove)
    const served = join(dir.path, 'git')
    mkdirSync(served)
    const open = held.use(await startGitHttp(served))
    await gitFleet({ served, server: open.url, name: 'fleet' }, { 'a.yaml': 'a: 1\n' })
    const auth = { kind: 'basic', username: 'x-access-token', password: 'ghs_42' } as const
    const git = held.use(await startGitHttp(served, { auth }))
    opened = { github: await startGithub(clock, held), git, dir: dir.path }
  }, 120_000)
  afterAll(async () => {
    await held.disposeAsync()
  })

  test('an installation is signed in, by its number or its owner, and reads the repository', async () => {
    const { git: server, dir } = there()
    await using git = await openGit({
      cacheDirectory: join(dir, 'cache'),
      clock,
      random: systemRandom,
    })
    for (const installation of [
      { kind: 'id', id: '42' },
      { kind: 'owner', owner: 'acme' },
    ] as const) {
      const login = await apps().login(app({ installation }), undefined, signal())
      await using source = await git.open({
        url: `${server.url}/fleet.git`,
        policy: EMBEDDED_POLICY,
        credentials: { login },
      })
      expect((await source.resolve({ branch: 'main' }, signal())).revision).toMatch(/^main@sha1:/u)
    }
    expect(there().github.asked).toEqual([
      'POST /api/v3/app/installations/42/access_tokens',
      'GET /api/v3/users/acme/installation',
      'POST /api/v3/app/installations/42/access_tokens',
    ])
  })

  test('a token is kept until five minutes before its end, and what was fetched stays when it changes', async () => {
    const { github, git: server, dir } = there()
    const signedIn = apps()
    const first = await signedIn.login(app(), undefined, signal())
    const before = github.asked.length
    skewMs = HOUR_MS - 301_000
    expect(await signedIn.login(app(), undefined, signal())).toEqual(first)
    expect(github.asked).toHaveLength(before)
    skewMs = HOUR_MS - 299_000
    const second = await signedIn.login(app(), undefined, signal())
    expect(github.asked).toHaveLength(before + 1)
    expect(second.account).toBe(first.account)
    expect(second.account).not.toContain('PRIVATE KEY')
    skewMs = 0
    const cacheDirectory = join(dir, 'kept')
    await using git = await openGit({ cacheDirectory, clock, random: systemRandom })
    const url = `${server.url}/fleet.git`
    const open = (login: typeof first): ReturnType<typeof git.open> =>
      git.open({ url, policy: EMBEDDED_POLICY, credentials: { login } })
    await using source = await open(first)
    const resolution = await source.resolve({ branch: 'main' }, signal())
    await source.fetch(resolution, signal())
    const requests = server.requests()
    await using renewed = await open({ ...second, password: new Secret('another token') })
    await renewed.fetch(resolution, signal())
    expect(server.requests()).toBe(requests)
  })

  test.each([
    [{ appId: '8' }, /GitHub App 8: GitHub does not know it \(HTTP 401\); check githubAppID/u],
    [
      { installation: { kind: 'id', id: '43' } },
      /it has no installation 43 \(HTTP 404\); check githubAppInstallationID/u,
    ],
    [
      { installation: { kind: 'owner', owner: 'nobody' } },
      /not installed for nobody \(HTTP 404\); install it there/u,
    ],
    [{ privateKey: new Secret('no key') }, /githubAppPrivateKey is no RSA key in PEM/u],
  ] as const)('%j is refused with the key that is wrong', async (more, message) => {
    const failed = apps().login(app(more), undefined, signal())
    await expect(failed).rejects.toMatchObject({ code: 'SOURCE_AUTHENTICATION' })
    await expect(failed).rejects.toThrow(message)
  })
})

async function startGithub(clock: Clock, held: AsyncDisposableStack): Promise<FakeGithub> {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    const path = `${incoming.method ?? ''} ${incoming.url ?? ''}`
    asked.push(path)
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (!isSigned(incoming, clock)) return answer(401, { message: 'bad JWT' })
    if (path === 'GET /api/v3/users/acme/installation') return answer(200, { id: 42 })
    if (path !== 'POST /api/v3/app/installations/42/access_tokens')
      return answer(404, { message: 'Not Found' })
    const ends = new Date(clock.now() + HOUR_MS)
    answer(201, { token: 'ghs_42', expires_at: ends.toISOString() })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  held.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** As GitHub checks it: by the app's public key, from now on, for ten minutes at most. */
function isSigned({ headers }: IncomingMessage, clock: Clock): boolean {
  const [head = '', claims = '', signature = ''] = (headers.authorization ?? '')
    .replace(/^Bearer /u, '')
    .split('.')
  const verified = createVerify('RSA-SHA256')
    .update(`${head}.${claims}`)
    .verify(publicKey, Buffer.from(signature, 'base64url'))
  if (!verified) return false
  const said: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const [iss, iat, exp] = ['iss', 'iat', 'exp'].map((key): unknown =>
    Reflect.get(Object(said), key),
  )
  const now = clock.now() / 1000
  return iss === '7' && Number(iat) <= now && Number(exp) > now && Number(exp) - Number(iat) <= 600
}
