import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '@tidemark/kernel'
import { EMBEDDED_POLICY, platformPolicy } from '../address-policy.ts'
import { SourceTimeout, SourceUnavailable } from '../git-refused.ts'
import type { Git, GitCredentials, Remote } from '../git-source.ts'
import type { GitLimits } from '../limits.ts'
import { objectId } from '../objects/git-object.ts'
import { FLUSH, pktLine } from '../transport/pkt-line.ts'
import {
  advertise,
  type Answer,
  type FakeServer,
  gitServer,
  makePack,
  packEntry,
  sideband,
  startFakeServer,
} from './fake-server.ts'
import { failureOf, refusal } from './git-contract.ts'

const OPENSSL = 'openssl'
const NEVER = new AbortController().signal
const LIMITS: Partial<GitLimits> = {
  refs: 1000,
  refBytes: 100_000,
  packBytes: 1_000_000,
  objectBytes: 500_000,
}
const LOGIN: GitCredentials = {
  login: { kind: 'basic', username: 'robot', password: new Secret('open-sesame') },
}

const blob = Buffer.from('kind: ConfigMap\n')
const tree = treeOf([['a.yaml', blob]])
const commit = commitOf(tree)
const head = objectId('commit', commit)
const sound = [packEntry(1, commit), packEntry(2, tree), packEntry(3, blob)]
const soundPack = makePack(sound)
const refs = [`${head} refs/heads/main`]

const endlessPack: Answer = (request, response, body) => {
  if (request.method === 'GET') return advertise(response)
  if (body.includes('ls-refs')) return gitServer(refs, Buffer.alloc(0))(request, response, body)
  response.setHeader('content-type', 'application/x-git-upload-pack-result')
  response.write(pktLine('packfile\n'))
  response.write(sideband(makePack([], 4_000_000).subarray(0, 12)))
  return pour(response, sideband(packEntry(3, randomBytes(20_000))))
}
const endlessLines: Answer = (request, response) => {
  if (request.method === 'GET') return advertise(response)
  response.setHeader('content-type', 'application/x-git-upload-pack-result')
  return pour(response, Buffer.from(pktLine('unborn HEAD\n').repeat(1000)))
}
const endlessVersions: Answer = (_, response) => {
  response.setHeader('content-type', 'application/x-git-upload-pack-advertisement')
  return pour(response, Buffer.from(pktLine('version 2\n').repeat(1000)))
}
const silent: Answer = () => undefined
const drip: Answer = (request, response, body) => {
  if (request.method === 'GET') return advertise(response)
  if (body.includes('ls-refs')) return gitServer(refs, Buffer.alloc(0))(request, response, body)
  response.setHeader('content-type', 'application/x-git-upload-pack-result')
  response.write(pktLine('packfile\n'))
  let at = 0
  const timer = setInterval(() => {
    response.write(sideband(soundPack.subarray(at, at + 1)))
    at += 1
  }, 50)
  return void response.on('close', () => clearInterval(timer))
}
const loop: Answer = (request, response) =>
  void response.writeHead(301, { location: request.url ?? '/' }).end()
const page: Answer = (_, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
const down: Answer = (_, response) => void response.writeHead(503).end()
const echo: Answer = (request, response) => {
  response.setHeader('content-type', 'application/x-git-upload-pack-advertisement')
  const sent = request.headers.authorization ?? ''
  response.end(pktLine(`ERR \u001b[31mno open-sesame for ${sent}\n`) + FLUSH)
}
const sha256Only: Answer = (_, response) => {
  response.setHeader('content-type', 'application/x-git-upload-pack-advertisement')
  response.end(pktLine('version 2\n') + pktLine('object-format=sha256\n') + FLUSH)
}

export interface HostileContract {
  readonly name: string
  readonly open: (cacheDirectory: string, limits: Partial<GitLimits>) => Promise<Git>
}

/** What every engine must withstand: RELIABILITY 4.5, rows 52 to 56, and threats T10 and T12. */
export function hostileContract({ name, open }: HostileContract): void {
  describe(`${name} and a hostile server`, () => {
    let root = ''
    let git: Git
    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'tidemark-hostile-'))
      git = await open(join(root, 'cache'), LIMITS)
    })
    afterAll(async () => {
      await git[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    })

    const readFrom = async (remote: Partial<Remote> & { url: string }): Promise<string[]> => {
      await using from = await git.open({ policy: EMBEDDED_POLICY, ...remote })
      const resolution = await from.resolve({ branch: 'main' }, NEVER)
      const files = await from.tree(await from.fetch(resolution, NEVER), NEVER)
      const texts: string[] = []
      for await (const { bytes } of from.blobs(
        files.map(({ oid }) => oid),
        NEVER,
      ))
        texts.push(Buffer.from(bytes).toString())
      return texts
    }
    const read = async (answer: Answer, remote: Partial<Remote> = {}): Promise<string[]> => {
      await using server = await startFakeServer(answer)
      return await readFrom({ ...remote, url: `${server.url}/repo.git` })
    }

    test('a sound pack is read, and one that lies is refused', async () => {
      expect(await read(gitServer(refs, makePack(sound)))).toEqual(['kind: ConfigMap\n'])
      const trailer = makePack(sound)
      trailer[trailer.length - 1] = (trailer.at(-1) ?? 0) ^ 1
      const damaged = makePack(sound)
      damaged[30] = (damaged[30] ?? 0) ^ 1
      const delta = Buffer.from([blob.length, 5, 5, ...Buffer.from('other')])
      for (const [why, pack] of [
        ['a wrong digest', trailer],
        ['a changed byte', damaged],
        ['fewer objects than it claims', makePack(sound, 4)],
        ['more objects than it claims', makePack(sound, 2)],
        ['no object at all', makePack([])],
        ['without its last part', makePack(sound).subarray(0, 60)],
        ['not a pack', Buffer.from('<html>')],
        ['a delta on what comes later', makePack([packEntry(6, delta, 5000), ...sound])],
        ['a delta on itself', makePack([...sound, packEntry(6, delta, 0)])],
        ['a tree without its blob', makePack([packEntry(1, commit), packEntry(2, tree)])],
      ] as const)
        expect([why, await refusal(read(gitServer(refs, pack)))]).toEqual([why, 'GIT_PACK'])
      // And what was refused is no obstacle to what is sound.
      expect(await read(gitServer(refs, makePack(sound)))).toEqual(['kind: ConfigMap\n'])
    })

    test('a small pack of a large file is refused by its size', async () => {
      const large = Buffer.alloc(40_000_000)
      const largeTree = treeOf([['zero', large]])
      const bomb = commitOf(largeTree)
      const pack = makePack([packEntry(1, bomb), packEntry(2, largeTree), packEntry(3, large)])
      expect(pack.length).toBeLessThan(100_000)
      const answer = gitServer([`${objectId('commit', bomb)} refs/heads/main`], pack)
      expect(await refusal(read(answer))).toBe('SOURCE_SIZE')
    })

    test('a tree with a name that is another file elsewhere is refused', async () => {
      for (const [first, second] of [
        ['.git', undefined],
        ['.GIT ', undefined],
        ['git~1', undefined],
        ['a\\b', undefined],
        ['..', undefined],
        ['a/b', undefined],
        ['twice', 'twice'],
      ] as const) {
        const bad = treeOf(
          [first, second].filter((entry) => entry !== undefined).map((entry) => [entry, blob]),
        )
        const top = commitOf(bad)
        const pack = makePack([packEntry(1, top), packEntry(2, bad), packEntry(3, blob)])
        const answer = gitServer([`${objectId('commit', top)} refs/heads/main`], pack)
        expect([first, await refusal(read(answer))]).toEqual([first, 'GIT_TREE_NAME'])
      }
    })

    test('an endless pack, endless refs and endless packets are cut off', async () => {
      expect(await refusal(read(endlessPack))).toBe('SOURCE_SIZE')
      const manyRefs = Array.from({ length: 1200 }, (_, at) => `${head} refs/heads/${at}`)
      expect(await refusal(read(gitServer(manyRefs, makePack(sound))))).toBe('SOURCE_REFS')
      expect(await refusal(read(endlessLines))).toBe('SOURCE_REFS')
      expect(await refusal(read(endlessVersions))).toMatch(/SOURCE_PROTOCOL|SOURCE_REFS/)
    })

    test('a server that drips or is silent is given up in time', async () => {
      expect(await failureOf(read(silent, { timeoutMs: 400 }))).toBeInstanceOf(SourceTimeout)
      const failure = await failureOf(read(drip, { timeoutMs: 800 }))
      expect(failure).toBeInstanceOf(SourceTimeout)
      expect(failure.message).toContain('there was no whole answer in 0.8 s')
    })

    test('a redirect to another host takes no credentials along, one within the server is followed', async () => {
      const seen: FakeServer = await startFakeServer(gitServer(refs, makePack(sound)))
      const away: Answer = (request, response) =>
        void response.writeHead(302, { location: `${seen.url}${request.url ?? ''}` }).end()
      expect(await refusal(read(away, { credentials: LOGIN }))).toBe('SOURCE_REDIRECT')
      expect(seen.requests).toEqual([])
      await seen[Symbol.asyncDispose]()
      const serve = gitServer(refs, makePack(sound))
      const moved: Answer = (request, response, body) => {
        const location = (request.url ?? '').replace('/repo.git/', '/moved.git/')
        if (location === request.url) return serve(request, response, body)
        return void response.writeHead(301, { location }).end()
      }
      expect(await read(moved)).toEqual(['kind: ConfigMap\n'])
      expect(await refusal(read(loop))).toBe('SOURCE_REDIRECT')
    })

    test('what is no Git server, and what a server says, becomes a message without secrets', async () => {
      expect(await refusal(read(page))).toBe('SOURCE_PROTOCOL')
      expect(await failureOf(read(down))).toBeInstanceOf(SourceUnavailable)
      const failure = await failureOf(read(echo, { credentials: LOGIN }))
      expect(failure.message).toContain('no [secret] for Basic [secret]')
      // oxlint-disable-next-line no-control-regex -- No control character may be left.
      expect(failure.message).not.toMatch(/[\u0000-\u001f]/)
    })

    test('a ref that looks like an option or a path is nobody’s', async () => {
      const evil = ['--upload-pack=x', 'refs/heads/../../x', 'refs/tags/v1 x'].map(
        (ref) => `${head} ${ref}`,
      )
      expect(await read(gitServer([...evil, ...refs], makePack(sound)))).toHaveLength(1)
    })

    test('a repository of SHA-256 is named as such', async () => {
      expect(await refusal(read(sha256Only))).toBe('SOURCE_OBJECT_FORMAT')
    })

    test('a name that leads to loopback is refused where only lists are allowed', async () => {
      await using server = await startFakeServer(gitServer(refs, makePack(sound)))
      const url = `${server.url.replace('127.0.0.1', 'localhost')}/repo.git`
      const policy = platformPolicy({ hosts: [], networks: ['10.0.0.0/8'] })
      expect(await refusal(readFrom({ url, policy }))).toBe('SOURCE_ADDRESS')
      expect(server.requests).toEqual([])
      const listed = platformPolicy({ hosts: ['localhost'], networks: [] })
      expect(await readFrom({ url, policy: listed })).toHaveLength(1)
    })

    test('nothing that listens is an outage', async () => {
      const server = await startFakeServer(() => undefined)
      await server[Symbol.asyncDispose]()
      const failure = await failureOf(readFrom({ url: `${server.url}/repo.git` }))
      expect(failure).toBeInstanceOf(SourceUnavailable)
      expect(failure.message).toMatch(
        /^cannot read the source http:\/\/127\.0\.0\.1:\d+\/repo\.git: /,
      )
    })

    test.skipIf(!hasOpenssl())('a certificate is trusted only with its authority', async () => {
      const tls = selfSigned(root)
      await using server = await startFakeServer(gitServer(refs, makePack(sound)), tls)
      const url = `${server.url}/repo.git`
      expect(await refusal(readFrom({ url }))).toBe('SOURCE_TLS')
      const credentials = { certificateAuthority: tls.cert }
      expect(await readFrom({ url, credentials })).toEqual(['kind: ConfigMap\n'])
    })
  })
}

function treeOf(files: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  return Buffer.concat(
    files.flatMap(([name, content]) => [
      Buffer.from(`100644 ${name}\0`),
      Buffer.from(objectId('blob', content), 'hex'),
    ]),
  )
}

function commitOf(of: Buffer): Buffer {
  const person = 'Ada <ada@example.com> 1714557600 +0000'
  return Buffer.from(
    `tree ${objectId('tree', of)}\nauthor ${person}\ncommitter ${person}\n\nwork\n`,
  )
}

/** Writes the same again and again for as long as somebody reads. */
function pour(response: ServerResponse, chunk: Buffer): void {
  const next = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', next)
  next()
}

function hasOpenssl(): boolean {
  try {
    execFileSync(OPENSSL, ['version'])
    return true
  } catch {
    return false
  }
}

function selfSigned(directory: string): { cert: string; key: string } {
  const [key, cert] = [join(directory, 'tls.key'), join(directory, 'tls.crt')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(
    OPENSSL,
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      ...subject,
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  )
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}
