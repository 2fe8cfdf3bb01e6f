import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { gitFleet } from '../rig/plane/fleet.ts'
import { openFetching } from '../rig/sources/fetching.ts'

test('a mirror stands in for a Git host: no credentials are used, and no token is asked for', async () => {
  const dir = temporaryDir('git-mirror')
  await using held = new AsyncDisposableStack()
  held.defer(dir.remove)
  const served = join(dir.path, 'served')
  mkdirSync(served)
  const server = held.use(await startGitHttp(served))
  const fleet = await gitFleet(
    { served, server: server.url, name: 'fleet' },
    { 'a.yaml': 'a: b\n' },
  )
  const to = new URL(server.url).host
  const mirrors = [{ from: 'github.com/shop', scheme: 'http', to }] as const
  const fetching = held.use(await openFetching({ mirrors }))
  // A GitHub App that is none: whoever signed in with it would fail.
  const app = { githubAppID: '1', githubAppInstallationID: '2', githubAppPrivateKey: 'no key' }
  const git = {
    url: 'https://github.com/shop/fleet.git',
    ref: { branch: 'main' },
    provider: 'github',
  }
  const found = await fetching.look({ source: { git }, secrets: { credentials: app } })
  const commit = fleet.git('rev-parse', 'HEAD').trim()
  expect(found).toMatchObject({ kind: 'found', revision: `main@sha1:${commit}` })
})
