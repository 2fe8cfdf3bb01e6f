// What is wrong with a repository, one by one: each is told with its place and the way out, what it delivered stays,
// and the source goes on by itself when it is mended.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Phase } from '@tidemark/contracts'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { freePort, temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startForwardProxy, type ForwardProxy } from '../rig/components/forward-proxy.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { Up } from '../rig/plane/embedded.ts'
import { fileFleet, gitFleet, type Fleet } from '../rig/plane/fleet.ts'
import { sandboxCluster, type TestCluster } from '../rig/plane/test-cluster.ts'
import { phase, whyTells } from './ask-plane.ts'
import { badInputs } from './bad-table.ts'
import { configMap } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const MAP = '/api/v1/namespaces/default/configmaps/parts'
const FILE = 'clusters/test/parts.yaml'

const SSH_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIOuVVXKXbSH3lkHOrdGVXRWWFFZcVKTAVjTNBtNCYTj ada@example.com'

/** The addresses of what people name by mistake. */
interface Places {
  readonly good: string
  readonly guarded: string
  readonly empty: string
  readonly absent: string
  readonly page: string
  /** It redirects to a server on another host, which must see no credentials. */
  readonly elsewhere: string
  readonly endless: string
  readonly drip: string
  readonly silent: string
}

function parts(url: string, more = ''): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: parts, namespace: flux-system}
spec:
  interval: 1h
  url: ${url}
  ref: {branch: main}
${more}---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: parts, namespace: flux-system}
spec:
  interval: 10m
  path: ./parts
  prune: true
  sourceRef: {kind: GitRepository, name: parts}
`
}

interface Row {
  readonly declared: (places: Places) => string
}

const rows = badInputs<Row>('sources', {
  'a server that cannot be reached': { declared: ({ silent }) => parts(silent) },
  'a repository that has no commit': { declared: ({ empty }) => parts(empty) },
  'a repository that is not there': { declared: ({ absent }) => parts(absent) },
  'a branch that is not there': {
    declared: ({ good }) => parts(good).replace('branch: main', 'branch: mian'),
  },
  'no credentials where they are needed': { declared: ({ guarded }) => parts(guarded) },
  'credentials that are wrong': {
    declared: ({ guarded }) => parts(guarded, '  secretRef: {name: wrong}\n'),
  },
  'credentials that are nowhere': {
    declared: ({ guarded }) => parts(guarded, '  secretRef: {name: nowhere}\n'),
  },
  'a proxy that is down': {
    declared: ({ good }) => parts(good, '  proxySecretRef: {name: proxy-down}\n'),
  },
  'a Secret that is none of a GitHub App': {
    declared: ({ good }) => parts(good, '  provider: github\n  secretRef: {name: wrong}\n'),
  },
  'a commit that nobody signed': {
    declared: ({ good }) => parts(good, '  verify: {mode: HEAD, secretRef: {name: signers}}\n'),
  },
  'keys of who may sign that are none': {
    declared: ({ good }) => parts(good, '  verify: {mode: Tag, secretRef: {name: wrong}}\n'),
  },
  'a server that sends us to another host': {
    declared: ({ elsewhere }) => parts(elsewhere, '  secretRef: {name: wrong}\n'),
  },
  'a server that has no end': { declared: ({ endless }) => parts(endless) },
  'a server that drips': { declared: ({ drip }) => parts(drip, '  timeout: 2s\n') },
  'a page that is no repository': { declared: ({ page }) => parts(page) },
})

describeWith(['git'], 'sources that cannot be read', () => {
  const held = new AsyncDisposableStack()
  let opened:
    | {
        readonly up: Up
        readonly cluster: TestCluster
        readonly fleet: Fleet
        readonly places: Places
        readonly proxy: ForwardProxy
      }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }

  beforeAll(async () => {
    const dir = temporaryDir('bad-sources')
    held.defer(dir.remove)
    const cluster = held.use(await sandboxCluster(dir.path))
    await cluster.create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'flux-system' },
    })
    const places = await openPlaces(held, dir.path)
    const proxy = held.use(await startForwardProxy())
    await createSecret(cluster, 'wrong', { username: 'ada', password: 'guessed-wrong-secret' })
    await createSecret(cluster, 'signers', { 'ada.sshpub': SSH_KEY })
    await createSecret(cluster, 'proxy-down', { address: 'http://127.0.0.1:1' })
    await createSecret(cluster, 'proxy', { address: proxy.url })
    const fleet = await fileFleet(join(dir.path, 'fleet.git'), { [FILE]: parts(places.good) })
    const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1h']
    const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
    const up = held.use(new Up({ dataDir: join(dir.path, 'data'), args: [...args, ...context] }))
    await up.mustStart()
    opened = { up, cluster, fleet, places, proxy }
    await up.api.ready(['parts'], { ms: WAIT })
  }, SLOW)
  afterAll(async () => {
    await held.disposeAsync()
  }, SLOW)

  test.for(rows)(
    '$input: told with its place and the way out; what it delivered stays',
    { timeout: SLOW },
    async ({ declared, told }) => {
      const { up, cluster, fleet, places } = there()
      const text = declared(places)
      const url = /url: (?<url>\S+)/u.exec(text)?.groups?.['url'] ?? ''
      await fleet.push({ [FILE]: text })
      expect(await up.poke(fleet.url)).toBe(202)
      const printed = await whyTells(up, 'parts', [/!! {2}source/u, ...told])
      expect(printed).toContain(url)
      expect(printed).not.toContain('guessed-wrong-secret')
      expect(await cluster.get(MAP)).toMatchObject({ data: { value: 'good' } })
      expect(up.exit).toBeUndefined()
      await fleet.push({ [FILE]: parts(places.good) })
      expect(await up.poke(fleet.url)).toBe(202)
      await whyTells(up, 'parts', [/ok {2}source/u])
      await phase(up, 'parts', (is) => is === Phase.PHASE_READY)
      expect(await cluster.get(MAP)).toMatchObject({ data: { value: 'good' } })
    },
  )

  test(
    'a source goes through the proxy whose Secret it names',
    async () => {
      const { up, fleet, places, proxy } = there()
      const text = parts(places.good, '  proxySecretRef: {name: proxy}\n')
      const commit = await fleet.push({ [FILE]: text })
      expect(await up.poke(fleet.url)).toBe(202)
      await up.api.ready(['flux-system'], { commit, ms: WAIT })
      await whyTells(up, 'parts', [/ok {2}source/u])
      expect(proxy.requests()).toContainEqual(`POST ${places.good}/git-upload-pack`)
    },
    SLOW,
  )
})

async function createSecret(
  cluster: TestCluster,
  name: string,
  stringData: Readonly<Record<string, string>>,
): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }
  await cluster.create('/api/v1/namespaces/flux-system/secrets', object)
}

async function openPlaces(held: AsyncDisposableStack, dir: string): Promise<Places> {
  const served = join(dir, 'git')
  mkdirSync(served)
  const server = held.use(await startGitHttp(served))
  const place = { served, server: server.url, name: 'parts' }
  const good = await gitFleet(place, { 'parts/a.yaml': configMap('parts', 'good') })
  const auth = { kind: 'basic', username: 'ada', password: 'correct horse' } as const
  const guarded = held.use(await startGitHttp(served, { auth }))
  execFileSync(program('git'), ['init', '-q', '--bare', '-b', 'main', join(served, 'empty.git')])
  const serve = async (answer: RequestListener): Promise<string> => {
    const started = await startServer(answer)
    held.defer(started.end)
    return `${started.url}/parts`
  }
  const thief = await serve(({ headers }, response) => {
    assert(headers.authorization === undefined, 'no credentials go to another host')
    response.end()
  })
  const toThief = thief.replace('127.0.0.1', 'localhost')
  return {
    good: good.url,
    guarded: `${guarded.url}/parts.git`,
    empty: `${server.url}/empty.git`,
    absent: `${server.url}/absent.git`,
    page: await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hello</h1>')
    }),
    elsewhere: await serve((request, response) => {
      response.writeHead(302, { location: `${toThief}${request.url ?? ''}` }).end()
    }),
    endless: await serve((_, response) => {
      const text = `${'ab'.repeat(20)} refs/heads/${'endless'.repeat(8_000)}\n`
      const line = `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
      const lines = Buffer.from(line.repeat(10))
      pour(response, [Buffer.from('001e# service=git-upload-pack\n0000'), lines])
    }),
    drip: await serve((_, response) => {
      response.setHeader('content-type', ADVERTISEMENT)
      response.write('00')
      const timer = setInterval(() => response.write('0'), 100)
      response.on('close', () => clearInterval(timer))
    }),
    silent: `http://127.0.0.1:${await freePort()}/parts.git`,
  }
}

const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement'

/** Writes the first once, and the second without end. */
function pour(response: ServerResponse, [first, again]: readonly [Buffer, Buffer]): void {
  response.setHeader('content-type', ADVERTISEMENT)
  response.write(first)
  const more = (): void => {
    while (!response.destroyed && response.write(again));
  }
  response.on('drain', more)
  more()
}

/** A web server on loopback. */
async function startServer(
  answer: RequestListener,
): Promise<{ readonly url: string; readonly end: () => void }> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  const end = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, end }
}
