import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  EMBEDDED_POLICY,
  filesOf,
  openGit,
  openSubmodules,
  type AddressPolicy,
  type Git,
  type Remote,
} from '@tidemark/git'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp, type GitHttp } from '../rig/components/git-http.ts'
import { gitFleet, type GitFleet } from '../rig/plane/fleet.ts'

const LOGIN = { kind: 'basic', username: 'ada', password: 'p@ss word' } as const
const signal = (): AbortSignal => AbortSignal.timeout(60_000)

describeWith(['git'], 'submodules', () => {
  const held = new AsyncDisposableStack()
  let opened:
    | {
        readonly git: Git
        readonly served: string
        readonly guarded: GitHttp
        readonly inner: Repository
        readonly outer: Repository
      }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'all has started')
    return opened
  }

  beforeAll(async () => {
    const dir = temporaryDir('submodules')
    held.defer(dir.remove)
    const served = join(dir.path, 'git')
    mkdirSync(served)
    const open = held.use(await startGitHttp(served))
    const guarded = held.use(await startGitHttp(served, { auth: LOGIN }))
    const make = async (name: string): Promise<Repository> => {
      const fleet = await gitFleet({ served, server: open.url, name }, { [`${name}.yaml`]: name })
      return { name, fleet, bare: join(served, `${name}.git`) }
    }
    const [inner, outer] = [await make('inner'), await make('outer')]
    link(outer, { path: 'deep/inner', url: '../inner.git', commit: headOf(inner) })
    const cacheDirectory = join(dir.path, 'cache')
    const git = held.use(
      await openGit({ cacheDirectory, clock: systemClock, random: systemRandom }),
    )
    opened = { git, served, guarded, inner, outer }
  }, 120_000)
  afterAll(async () => {
    await held.disposeAsync()
  })

  interface Asked {
    readonly name: string
    readonly policy?: AddressPolicy
    readonly isWanted?: (path: string) => boolean
  }

  const read = async ({ name, policy, isWanted }: Asked): Promise<Record<string, string>> => {
    const { git, guarded } = there()
    const remote: Remote = {
      url: `${guarded.url}/${name}.git`,
      policy: policy ?? EMBEDDED_POLICY,
      credentials: { login: { ...LOGIN, password: new Secret(LOGIN.password) } },
    }
    await using source = await git.open(remote)
    const commit = await source.fetch(await source.resolve({ branch: 'main' }, signal()), signal())
    const own = await filesOf(source, commit, signal())
    const options = { remote, isWanted: isWanted ?? (() => true) }
    await using files = await openSubmodules(git, own, options, signal())
    const found: Record<string, string> = {}
    for (const { path, oid } of files.tree)
      for await (const { bytes } of files.blobs([oid], signal()))
        found[path] = Buffer.from(bytes).toString()
    delete found['.gitmodules']
    delete found['vendor/outer/.gitmodules']
    return found
  }
  const refused = async (asked: Asked, code: string, says: RegExp): Promise<void> => {
    const error: unknown = await read(asked).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) })
    expect(String(error)).not.toContain(LOGIN.password)
  }
  const parent = async (name: string, ...links: readonly Link[]): Promise<string> => {
    const { served, guarded } = there()
    const fleet = await gitFleet(
      { served, server: guarded.url, name, login: 'ada:p%40ss%20word' },
      { 'a.yaml': 'own' },
    )
    for (const linked of links) link({ name, fleet, bare: join(served, `${name}.git`) }, linked)
    return name
  }

  test('are brought at the commits that are noted, with theirs, and with the same login', async () => {
    const { inner, outer } = there()
    const old = headOf(inner)
    await inner.fleet.push({ 'inner.yaml': 'newer' })
    const name = await parent(
      'nested',
      { path: 'vendor/outer', url: '../outer.git', commit: headOf(outer) },
      { path: 'inner', url: `${there().guarded.url}/inner.git`, commit: headOf(inner) },
    )
    expect(old).not.toBe(headOf(inner))
    expect(await read({ name })).toEqual({
      'a.yaml': 'own',
      'inner/inner.yaml': 'newer',
      'vendor/outer/deep/inner/inner.yaml': 'inner',
      'vendor/outer/outer.yaml': 'outer',
    })
    expect(Object.keys(await read({ name, isWanted: isInner }))).toEqual([
      'a.yaml',
      'inner/inner.yaml',
    ])
  })

  test('are not brought from another host, unless the operator has listed it, and then without the login', async () => {
    const { guarded, inner } = there()
    const elsewhere = `${guarded.url.replace('127.0.0.1', 'localhost')}/inner.git`
    const name = await parent('far', { path: 'far', url: elsewhere, commit: headOf(inner) })
    await refused({ name }, 'SOURCE_SUBMODULE', /the submodule far: it is on the host localhost/u)
    const policy = { ...EMBEDDED_POLICY, hosts: ['localhost'] }
    await refused({ name, policy }, 'SOURCE_AUTHENTICATION', /the submodule far: .*\(HTTP 401\)/u)
  })

  test('are told by their path where they cannot be brought', async () => {
    const { inner } = there()
    const commit = headOf(inner)
    const unnamed = await parent('unnamed', { path: 'x', url: '', commit })
    await refused(
      { name: unnamed },
      'SOURCE_SUBMODULE',
      /the submodule x: \.gitmodules names no url/u,
    )
    const file = await parent('file', { path: 'x', url: inner.bare, commit })
    await refused({ name: file }, 'SOURCE_SUBMODULE', /none of https, http or ssh/u)
    const self = await parent('self', { path: 'self', url: '../self.git', commit })
    await refused({ name: self }, 'SOURCE_REF_MISSING', /the submodule self: /u)
  })
})

function isInner(path: string): boolean {
  return path === 'inner'
}

interface Repository {
  readonly name: string
  readonly fleet: GitFleet
  readonly bare: string
}

interface Link {
  readonly path: string
  readonly url: string
  readonly commit: string
}

function headOf({ bare }: Repository): string {
  const args = ['--git-dir', bare, 'rev-parse', 'main']
  return execFileSync(program('git'), args, { encoding: 'utf8' }).trim()
}

/** What `git submodule add` commits, pushed beside the server, which runs in this process. */
function link({ fleet, bare }: Repository, { path, url, commit }: Link): void {
  const set = (key: string, value: string): void => {
    fleet.git('config', '-f', '.gitmodules', `submodule.${path}.${key}`, value)
  }
  set('path', path)
  if (url !== '') set('url', url)
  fleet.git('add', '.gitmodules')
  fleet.git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`)
  fleet.git('commit', '-q', '-m', `add ${path}`)
  fleet.git('push', '-q', bare, 'HEAD')
}
