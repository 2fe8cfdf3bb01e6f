import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  EMBEDDED_POLICY,
  isomorphicGit,
  openGit,
  readVerificationKeys,
  verifySignatures,
  type Git,
  type GitRef,
  type Verification,
} from '@tidemark/git'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir, type TemporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { gitFleet, type GitFleet } from '../rig/plane/fleet.ts'

const TYPES = ['ed25519', 'ecdsa', 'rsa'] as const
const signal = (): AbortSignal => AbortSignal.timeout(60_000)

describeWith(['git', 'ssh'], 'commits and tags that git signed by SSH', () => {
  const held = new AsyncDisposableStack()
  let opened:
    | { readonly dir: TemporaryDir; readonly fleet: GitFleet; readonly bare: string }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'all has started')
    return opened
  }

  beforeAll(async () => {
    const dir = temporaryDir('verify')
    held.defer(dir.remove)
    const served = join(dir.path, 'git')
    mkdirSync(served)
    const server = held.use(await startGitHttp(served))
    const fleet = await gitFleet({ served, server: server.url, name: 'fleet' }, { a: 'one' })
    for (const type of TYPES) makeKey(join(dir.path, type), type)
    const git = (...args: readonly string[]): string => fleet.git(...args)
    git('config', 'gpg.format', 'ssh')
    for (const type of TYPES) {
      git('config', 'user.signingkey', join(dir.path, type))
      git('commit', '-q', '-S', '--allow-empty', '-m', `signed by ${type}`)
      git('tag', '-s', '-m', type, `v1.0.0-${type}`)
      git('branch', `by-${type}`)
    }
    git('tag', 'v1.1.0')
    git('commit', '-q', '--allow-empty', '-m', 'signed by nobody')
    git('tag', '-s', '-m', 'only the tag', 'v1.2.0')
    // Beside the server, which runs in this process.
    const bare = join(served, 'fleet.git')
    git('push', '-q', bare, '--all')
    git('push', '-q', bare, '--tags')
    opened = { dir, fleet, bare }
  }, 120_000)
  afterAll(async () => {
    await held.disposeAsync()
  })

  interface Asked {
    readonly ref: GitRef
    readonly mode: Verification['mode']
    /** Whose keys count. */
    readonly by?: readonly (typeof TYPES)[number][]
  }

  const verified = async (git: Git, { ref, mode, by = TYPES }: Asked): Promise<string> => {
    const { dir, fleet } = there()
    const lines = by.map((type) => readFileSync(join(dir.path, `${type}.pub`), 'utf8'))
    const keys = await readVerificationKeys(new Map([['team.sshpub', lines.join('')]]))
    await using source = await git.open({ url: fleet.url, policy: EMBEDDED_POLICY })
    const resolution = await source.resolve(ref, signal())
    const commit = await source.fetch(resolution, signal())
    return await verifySignatures(commit, resolution, { mode, keys }).then(
      () => 'verified',
      (error: unknown) => String(error),
    )
  }

  test.each([
    ['git', openGit],
    ['isomorphic-git', isomorphicGit],
  ] as const)('%s: who signed is known, and who did not', async (name, openEngine) => {
    const cacheDirectory = join(there().dir.path, name)
    await using git = await openEngine({
      cacheDirectory,
      clock: systemClock,
      random: systemRandom,
    })
    const look = (asked: Asked): Promise<string> => verified(git, asked)
    for (const type of TYPES) {
      expect(await look({ ref: { branch: `by-${type}` }, mode: 'HEAD' })).toBe('verified')
      const ref = { tag: `v1.0.0-${type}` }
      expect(await look({ ref, mode: 'TagAndHEAD', by: [type] })).toBe('verified')
    }
    expect(await look({ ref: { branch: 'by-rsa' }, mode: 'HEAD', by: ['ecdsa'] })).toMatch(
      /by the SSH key SHA256:\S+, which is not among the keys/u,
    )
    expect(await look({ ref: { branch: 'main' }, mode: 'HEAD' })).toMatch(/has no signature/u)
    expect(await look({ ref: { semver: '1.1.x' }, mode: 'Tag' })).toMatch(/a lightweight one/u)
    expect(await look({ ref: { semver: '1.2.x' }, mode: 'Tag' })).toBe('verified')
    expect(await look({ ref: { tag: 'v1.2.0' }, mode: 'TagAndHEAD' })).toMatch(/has no signature/u)
    expect(await look({ ref: { branch: 'main' }, mode: 'Tag' })).toMatch(/spec\.ref names none/u)
  })

  test('a signed tag that was moved to another name is not trusted, a tag of a commit that is here is read', async () => {
    const { dir, fleet, bare } = there()
    await using git = await openGit({
      cacheDirectory: join(dir.path, 'moved'),
      clock: systemClock,
      random: systemRandom,
    })
    expect(await verified(git, { ref: { branch: 'by-rsa' }, mode: 'HEAD' })).toBe('verified')
    const ref = { name: 'refs/tags/v1.0.0-rsa' }
    expect(await verified(git, { ref, mode: 'Tag' })).toBe('verified')
    fleet.git('push', '-q', bare, 'v1.0.0-ed25519:refs/tags/v9.0.0')
    expect(await verified(git, { ref: { semver: '*' }, mode: 'Tag' })).toMatch(
      /the tag v9\.0\.0 is not trusted: it was made, and signed, as the tag "v1\.0\.0-ed25519"/u,
    )
  })
})

function makeKey(path: string, type: string): void {
  const keygen = join(dirname(program('ssh')), 'ssh-keygen')
  execFileSync(keygen, ['-q', '-t', type, '-N', '', '-f', path])
}
