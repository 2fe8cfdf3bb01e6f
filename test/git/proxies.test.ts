import {
  EMBEDDED_POLICY,
  openGit,
  platformPolicy,
  type Git,
  type ProxyChoice,
  type Remote,
} from '@tidemark/git'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { makeCertificates } from '../rig/components/certificates.ts'
import { freePort, temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startForwardProxy, type ForwardProxy } from '../rig/components/forward-proxy.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { startSocksProxy, type SocksProxy } from '../rig/components/socks-proxy.ts'
import { startTlsFront } from '../rig/components/tls-front.ts'
import { gitFleet } from '../rig/plane/fleet.ts'

const LOGIN = { username: 'ada', password: 'p@ss word' }
/** Where no policy is said, all is allowed. */
type Looked = Omit<Remote, 'policy'> & Partial<Pick<Remote, 'policy'>>

const signal = (): AbortSignal => AbortSignal.timeout(60_000)

describeWith(['git', 'openssl'], 'a Git server that is behind a proxy', () => {
  const held = new AsyncDisposableStack()
  let opened:
    | {
        readonly proxy: ForwardProxy
        readonly socks: SocksProxy
        readonly dir: string
        readonly http: URL
        readonly https: URL
        readonly ca: string
      }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'all has started')
    return opened
  }

  beforeAll(async () => {
    const dir = temporaryDir('proxies')
    held.defer(dir.remove)
    const served = join(dir.path, 'git')
    mkdirSync(served)
    const server = held.use(await startGitHttp(served))
    await gitFleet({ served, server: server.url, name: 'fleet' }, { 'a.yaml': 'a: 1\n' })
    const certificates = held.use(await makeCertificates())
    const front = held.use(await startTlsFront(certificates, server.url))
    const hosts = { 'git.example.com': '127.0.0.1', localhost: '127.0.0.1' }
    const proxy = held.use(await startForwardProxy({ login: LOGIN, hosts }))
    const refuses = { 'forbidden.example.com': 2, 'gone.example.com': 4 }
    opened = {
      proxy,
      socks: held.use(await startSocksProxy({ login: LOGIN, hosts, refuses })),
      dir: dir.path,
      http: new URL(`http://git.example.com:${new URL(server.url).port}/fleet.git`),
      https: new URL(`${front.url}/fleet.git`),
      ca: readFileSync(certificates.caFile, 'utf8'),
    }
  }, 120_000)
  afterAll(async () => {
    await held.disposeAsync()
  })

  const choice = (address = there().proxy.url, password = LOGIN.password): ProxyChoice => ({
    address,
    username: LOGIN.username,
    password: new Secret(password),
  })

  async function open(proxies: Parameters<typeof openGit>[0]['proxies']): Promise<Git> {
    const cacheDirectory = join(there().dir, `cache-${systemRandom.uuid()}`)
    const common = { cacheDirectory, clock: systemClock, random: systemRandom }
    return await openGit({ ...common, ...(proxies === undefined ? {} : { proxies }) })
  }

  test('a proxy that a source names is used for http, where the name is looked up', async () => {
    const { proxy, http } = there()
    await using git = await open(undefined)
    expect(await fetched(git, { url: http.href, proxy: choice() })).toBe('a.yaml')
    expect(proxy.requests()).toContainEqual(`POST ${http.href}/git-upload-pack`)
  })

  test('https goes through a tunnel, and the certificate is that of the server', async () => {
    const { proxy, https, ca } = there()
    await using git = await open(undefined)
    const credentials = { certificateAuthority: ca }
    expect(await fetched(git, { url: https.href, proxy: choice(), credentials })).toBe('a.yaml')
    expect(proxy.requests()).toContainEqual(`CONNECT ${https.host}`)
    await expect(fetched(git, { url: https.href, proxy: choice() })).rejects.toThrow(
      /certificate of the server is not trusted/u,
    )
  })

  test('the proxies of the environment are used, but for what NO_PROXY names', async () => {
    const { proxy, https, http, ca } = there()
    const { host } = new URL(proxy.url)
    const url = `http://ada:p%40ss%20word@${host}`
    const credentials = { certificateAuthority: ca }
    await using git = await open({ http: url, https: url, none: undefined })
    expect(await fetched(git, { url: http.href })).toBe('a.yaml')
    const before = proxy.requests().length
    await using direct = await open({ http: url, https: url, none: 'example.org, localhost' })
    expect(await fetched(direct, { url: https.href, credentials })).toBe('a.yaml')
    expect(proxy.requests()).toHaveLength(before)
    await using chosen = await open({ http: url, https: url, none: '*' })
    const named = { url: https.href, credentials, proxy: choice() }
    expect(await fetched(chosen, named)).toBe('a.yaml')
    expect(proxy.requests().length).toBeGreaterThan(before)
  })

  test('a proxy that refuses, is down, or is none is told with the way out, and no password', async () => {
    const { http, https, proxy } = there()
    await using git = await open(undefined)
    const wrong = choice(proxy.url, 'guessed-wrong-secret')
    for (const url of [http.href, https.href]) {
      const failed: unknown = await fetched(git, { url, proxy: wrong }).catch((error) => error)
      expect(failed).toMatchObject({ code: 'SOURCE_PROXY' })
      expect(String(failed)).toMatch(/does not let us through .*\(HTTP 407\); check username and/u)
      expect(String(failed)).not.toContain('guessed-wrong-secret')
    }
    const down = `127.0.0.1:${await freePort()}`
    const gone = fetched(git, { url: http.href, proxy: choice(`http://${down}`) })
    await expect(gone).rejects.toThrow(`through the proxy ${down}: the server cannot be reached`)
    const odd = fetched(git, { url: http.href, proxy: choice('ftp://127.0.0.1:1') })
    await expect(odd).rejects.toThrow(/is ftp:\/\/: write http:\/\/host:port/u)
  })

  test('a SOCKS5 proxy is used for http and https, and looks names up', async () => {
    const { socks, http, https, ca } = there()
    await using git = await open(undefined)
    const proxy = choice(socks.url)
    const credentials = { certificateAuthority: ca }
    expect(await fetched(git, { url: http.href, proxy })).toBe('a.yaml')
    expect(await fetched(git, { url: https.href, proxy, credentials })).toBe('a.yaml')
    await expect(fetched(git, { url: https.href, proxy })).rejects.toThrow(/is not trusted/u)
    await using other = await open({ http: socksOfEnvironment(), https: undefined, none: '' })
    expect(await fetched(other, { url: http.href })).toBe('a.yaml')
    expect(new Set(socks.requests())).toEqual(new Set([http.host, https.host]))
  })

  const socksOfEnvironment = (): string =>
    `socks5h://ada:p%40ss%20word@${new URL(there().socks.url).host}`

  test('a SOCKS5 proxy that refuses, is down, or is none is told with the way out', async () => {
    const { socks, http } = there()
    await using git = await open(undefined)
    const failure = (url: string, proxy: ProxyChoice): Promise<unknown> =>
      fetched(git, { url, proxy }).catch((error: unknown) => error)
    const through = choice(socks.url)
    const wrong = await failure(http.href, choice(socks.url, 'guessed-wrong-secret'))
    expect(wrong).toMatchObject({ code: 'SOURCE_PROXY' })
    expect(String(wrong)).toMatch(/refuses username and password/u)
    expect(String(wrong)).not.toContain('guessed-wrong-secret')
    expect(await failure('http://forbidden.example.com/x', through)).toMatchObject({
      code: 'SOURCE_PROXY',
      message: expect.stringContaining('does not let us through'),
    })
    expect(await failure('http://gone.example.com/x', through)).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining(`through the proxy ${new URL(socks.url).host}: `),
    })
    const none = choice(
      http.href.replace('http:', 'socks5:').replace('git.example.com', 'localhost'),
    )
    expect(await failure(http.href, none)).toMatchObject({ code: 'SOURCE_PROXY' })
    const down = choice(`socks5://127.0.0.1:${await freePort()}`)
    expect(await failure(http.href, down)).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  test('what the policy does not list is not reached through a proxy either, nor is the proxy', async () => {
    const { http, proxy } = there()
    await using git = await open(undefined)
    const policy = platformPolicy({ hosts: [], networks: ['127.0.0.0/8'] })
    const before = proxy.requests().length
    const far = fetched(git, { url: http.href, proxy: choice(), policy })
    await expect(far).rejects.toMatchObject({ code: 'SOURCE_ADDRESS' })
    const hosts = ['git.example.com']
    const strict = platformPolicy({ hosts, networks: [] })
    const near = fetched(git, { url: http.href, proxy: choice(), policy: strict })
    await expect(near).rejects.toThrow(/127\.0\.0\.1 is a loopback address/u)
    expect(proxy.requests()).toHaveLength(before)
    const both = platformPolicy({ hosts, networks: ['127.0.0.0/8'] })
    expect(await fetched(git, { url: http.href, proxy: choice(), policy: both })).toBe('a.yaml')
  })
})

/** Fetches, and gives the path of the one file. */
async function fetched(git: Git, remote: Looked): Promise<string> {
  await using source = await git.open({ policy: EMBEDDED_POLICY, ...remote })
  const commit = await source.fetch(await source.resolve({ branch: 'main' }, signal()), signal())
  const [file] = await source.tree(commit, signal())
  return file?.path ?? ''
}
