import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp, type GitHttp } from '../rig/components/git-http.ts'
import { Up } from '../rig/plane/embedded.ts'
import { gitFleet, type GitFleet } from '../rig/plane/fleet.ts'
import { eventually, type PlaneApi } from '../rig/plane/plane-api.ts'
import { HAS_PODINFO, podinfoFiles } from '../rig/plane/podinfo.ts'
import { sandboxCluster, type TestCluster } from '../rig/plane/test-cluster.ts'
import { configMap } from './fleet-files.ts'

const SLOW = 300_000 // A machine that may be busy; nothing waits for it to pass.
const WAIT = 90_000 // Less, so that what was missing is told.
const MAPS = '/api/v1/namespaces/default/configmaps'

/** A GitRepository of another URL, and what is delivered from it. */
function repository(name: string, url: string, spec: string): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 1s
  url: ${url}
${spec}---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 10m
  path: ./${name}
  prune: true
  targetNamespace: default
  timeout: 2m
  sourceRef: {kind: GitRepository, name: ${name}}
`
}

/** Files that say which commit they are of. */
function tagged(text: string): Record<string, string> {
  return {
    'by-tag/a.yaml': configMap('by-tag', text),
    'by-range/a.yaml': configMap('by-range', text),
    'by-commit/a.yaml': configMap('by-commit', text),
  }
}

describeWith(['git'], 'sources, from a Git server over HTTP', () => {
  const held = new AsyncDisposableStack()
  let server: GitHttp | undefined
  let cluster: TestCluster | undefined
  let fleet: GitFleet | undefined
  let parts: GitFleet | undefined
  let up: Up | undefined
  const api = (): PlaneApi => {
    assert(up !== undefined, 'the plane has started')
    return up.api
  }
  const there = (): { fleet: GitFleet; parts: GitFleet; cluster: TestCluster; server: GitHttp } => {
    assert(fleet && parts && cluster && server, 'all has started')
    return { fleet, parts, cluster, server }
  }

  beforeAll(async () => {
    const dir = temporaryDir('sources')
    held.defer(dir.remove)
    cluster = held.use(await sandboxCluster(dir.path))
    const served = join(dir.path, 'git')
    mkdirSync(served)
    server = held.use(await startGitHttp(served))
    const place = { served, server: server.url }
    fleet = await gitFleet({ ...place, name: 'fleet' }, { 'clusters/test/.keep': '' })
    parts = await gitFleet(
      { ...place, name: 'parts' },
      { 'by-branch/a.yaml': configMap('by-branch', 'main') },
    )
    const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1s']
    const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
    up = held.use(new Up({ dataDir: join(dir.path, 'data'), args: [...args, ...context] }))
    await up.mustStart()
  }, SLOW)
  afterAll(async () => {
    await held.disposeAsync()
  }, SLOW)

  /** Waits until the object has the value, and gives it. */
  async function value(name: string, wanted: string): Promise<string> {
    const look = async (): Promise<string | undefined> => {
      const object = JSON.stringify(await there().cluster.get(`${MAPS}/${name}`))
      return object?.includes(`"value":"${wanted}"`) ? undefined : `it is ${object}`
    }
    await eventually(look, { ms: WAIT, what: `${name}=${wanted}` })
    return wanted
  }

  test(
    'a branch is followed by interval alone',
    async () => {
      const { fleet: root, parts: other } = there()
      await other.push({ 'by-branch/a.yaml': configMap('by-branch', 'one') })
      await root.push({
        'clusters/test/branch.yaml': repository('by-branch', other.url, '  ref: {branch: main}\n'),
      })
      expect(await value('by-branch', 'one')).toBe('one')
      await other.push({ 'by-branch/a.yaml': configMap('by-branch', 'two') })
      expect(await value('by-branch', 'two')).toBe('two')
    },
    SLOW,
  )

  test(
    'a tag stays where it is, a range of versions goes to the newest tag in it, a commit never moves',
    async () => {
      const { fleet: root, parts: other } = there()
      const commit = await other.push(tagged('first'))
      other.git('tag', 'v1.0.0')
      await other.push(tagged('second'))
      other.git('tag', 'v1.1.0')
      await other.push(tagged('third'))
      other.git('tag', 'v2.0.0')
      await other.push(tagged('untagged'))
      await root.push({
        'clusters/test/refs.yaml': [
          repository('by-tag', other.url, '  ref: {tag: v1.0.0}\n'),
          repository('by-range', other.url, '  ref: {semver: ">=1.0.0 <2.0.0"}\n'),
          repository('by-commit', other.url, `  ref: {branch: main, commit: ${commit}}\n`),
        ].join('---\n'),
      })
      expect(await value('by-tag', 'first')).toBe('first')
      expect(await value('by-range', 'second')).toBe('second')
      expect(await value('by-commit', 'first')).toBe('first')
      await other.push(tagged('fix'))
      other.git('tag', 'v1.2.0')
      await other.push({})
      expect(await value('by-range', 'fix')).toBe('fix')
      expect(await value('by-tag', 'first')).toBe('first')
      expect(await value('by-commit', 'first')).toBe('first')
    },
    SLOW,
  )

  test(
    'what .sourceignore and spec.ignore name is no part of a revision',
    async () => {
      const { fleet: root, parts: other } = there()
      await other.push({
        '.sourceignore': 'ignoring/left-out.yaml\n',
        'ignoring/a.yaml': configMap('ignoring', 'one'),
        'ignoring/left-out.yaml': 'this: is\nno: manifest\n',
      })
      const spec = '  ref: {branch: main}\n'
      await root.push({ 'clusters/test/ignore.yaml': repository('ignoring', other.url, spec) })
      expect(await value('ignoring', 'one')).toBe('one')
      const rules = `${spec}  ignore: |\n    /*\n    !/ignoring\n    /ignoring/left-out.yaml\n`
      await other.push({ '.sourceignore': undefined })
      await root.push({ 'clusters/test/ignore.yaml': repository('ignoring', other.url, rules) })
      await other.push({ 'ignoring/a.yaml': configMap('ignoring', 'two') })
      expect(await value('ignoring', 'two')).toBe('two')
    },
    SLOW,
  )

  test(
    'an outage of the Git server is told, changes nothing, and ends by itself',
    async () => {
      const { parts: other, server: git, cluster: target } = there()
      const after = await api().head()
      await git.stop()
      const failed = await api().event('FetchFailed', { after, ms: WAIT })
      expect(String(failed.body['message'])).toContain(new URL(git.url).host)
      expect(await target.get(`${MAPS}/by-branch`)).toMatchObject({ data: { value: 'two' } })
      await git.start()
      await api().event('FetchRecovered', { after: failed.position, ms: WAIT })
      await other.push({ 'by-branch/a.yaml': configMap('by-branch', 'three') })
      expect(await value('by-branch', 'three')).toBe('three')
    },
    SLOW,
  )

  test(
    'a branch that is not there is an answer that names it',
    async () => {
      const { fleet: root, parts: other } = there()
      const after = await api().head()
      await root.push({
        'clusters/test/absent.yaml': repository('absent', other.url, '  ref: {branch: nowhere}\n'),
      })
      const failed = await api().event('FetchFailed', { after, ms: WAIT })
      expect(String(failed.body['message'])).toContain('nowhere')
      await root.push({ 'clusters/test/absent.yaml': undefined })
    },
    SLOW,
  )
})

describe('credentials of a Git server', () => {
  const LOGINS = [
    {
      auth: { kind: 'basic', username: 'ada', password: 'correct horse' },
      right: 'correct horse',
      options: (file: string) => ['--git-username', 'ada', '--git-password-file', file],
    },
    {
      auth: { kind: 'bearer', token: 'letmein-0123456789' },
      right: 'letmein-0123456789',
      options: (file: string) => ['--git-token-file', file],
    },
  ] as const

  describeWith(['git'], 'over HTTP', () => {
    test.each(LOGINS)(
      '$auth.kind: refused without and with wrong ones, accepted with right ones, and never told',
      async ({ auth, right, options }) => {
        await using held = new AsyncDisposableStack()
        const dir = temporaryDir('credentials')
        held.defer(dir.remove)
        const cluster = held.use(await sandboxCluster(dir.path))
        const served = join(dir.path, 'git')
        mkdirSync(served)
        const open = held.use(await startGitHttp(served))
        const place = { served, server: open.url, name: 'fleet' }
        await gitFleet(place, { 'clusters/test/a.yaml': configMap('guarded', 'one') })
        const guarded = held.use(await startGitHttp(served, { auth }))
        const file = join(dir.path, 'password')
        const args = ['--repo', `${guarded.url}/fleet.git`, '--path', 'clusters/test']
        const more = [
          '--interval',
          '1s',
          '--context',
          'test=test',
          '--kubeconfig',
          cluster.kubeconfig,
        ]
        const run = async (name: string, login: readonly string[]): Promise<Up> => {
          const dataDir = join(dir.path, name)
          const up = held.use(new Up({ dataDir, args: [...args, ...more, ...login] }))
          await up.mustStart()
          return up
        }
        const without = await run('without', [])
        expect((await without.api.event('FetchFailed', { ms: WAIT })).body['message']).toMatch(
          /401|sign in|credentials|refused/iu,
        )
        await without.kill()
        writeFileSync(file, 'guessed-wrong-secret\n')
        const wrong = await run('wrong', options(file))
        const failed = await wrong.api.event('FetchFailed', { ms: WAIT })
        expect(JSON.stringify(failed.body)).not.toContain('guessed-wrong-secret')
        await wrong.kill()
        writeFileSync(file, `${right}\n`)
        const good = await run('right', options(file))
        await good.api.ready(['flux-system'], { ms: WAIT })
        expect(JSON.stringify((await good.api.events()).map(({ body }) => body))).not.toContain(
          right,
        )
        expect(good.log()).not.toContain(right)
      },
      SLOW,
    )
  })
})

describe.skipIf(!HAS_PODINFO)(
  `the podinfo sample${HAS_PODINFO ? '' : ' (skipped: set TIDEMARK_SHARED)'}`,
  () => {
    describeWith(['git'], 'from a Git server over HTTP', () => {
      test(
        'it is applied, and a second push goes the same way',
        async () => {
          await using held = new AsyncDisposableStack()
          const dir = temporaryDir('podinfo')
          held.defer(dir.remove)
          const cluster = held.use(await sandboxCluster(dir.path))
          const served = join(dir.path, 'git')
          mkdirSync(served)
          const server = held.use(await startGitHttp(served))
          const place = { served, server: server.url, name: 'podinfo' }
          const files = podinfoFiles('kustomize')
          const fleet = await gitFleet(place, {
            ...files,
            'clusters/test/podinfo.yaml': repository(
              'kustomize',
              `${server.url}/podinfo.git`,
              '  ref: {branch: main}\n',
            ),
          })
          const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1s']
          const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
          const up = held.use(
            new Up({ dataDir: join(dir.path, 'data'), args: [...args, ...context] }),
          )
          await up.mustStart()
          await up.api.ready(['flux-system', 'kustomize'], { ms: WAIT })
          const path = '/apis/apps/v1/namespaces/default/deployments/podinfo'
          expect(await cluster.get(path)).toMatchObject({ spec: { progressDeadlineSeconds: 60 } })
          const text = files['kustomize/deployment.yaml'] ?? ''
          const commit = await fleet.push({
            'kustomize/deployment.yaml': text.replace('#34577c', '#ff0000'),
          })
          await up.api.ready(['kustomize'], { commit, ms: WAIT })
          expect(JSON.stringify(await cluster.get(path))).toContain('#ff0000')
        },
        SLOW,
      )
    })
  },
)
