import { memoryTree } from '@tidemark/source-tree'
import { systemClock } from '@tidemark/kernel'
import { silentLogger } from '@tidemark/service'
import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { assert, expect, test } from 'vitest'
import type { RenderJob } from '../ports.ts'
import { openChildPool } from './child-pool.ts'

const { signal } = new AbortController()
const object = (path: string): string =>
  JSON.stringify({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'shop', namespace: 'flux-system' },
    spec: {
      interval: '10m',
      prune: true,
      path,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
  })
const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: shop\n`
const job = (digest: string, files: Readonly<Record<string, string>>, path = './'): RenderJob => ({
  key: 'shop',
  artifactDigest: digest,
  tree: memoryTree(Object.entries(files)),
  objectJson: object(path),
  variables: new Map(),
  release: { number: 1, sourceRevision: '' },
  inputs: [],
  unwrap: async () => ({ refused: 'there are no keys' }),
  generated: [],
})
const filler = (n: number): string => `${n}\n${'x'.repeat(5_000_000)}`
const open = (): ReturnType<typeof openChildPool> =>
  openChildPool({ size: 1, clock: systemClock, log: silentLogger })
const namesOf = (outcome: Awaited<ReturnType<ReturnType<typeof open>['render']>>): unknown =>
  outcome.kind === 'rendered' ? outcome.objects.map((each) => each['metadata']) : outcome

test('a child renders what it was sent, and has kept it for the next time', async () => {
  await using pool = open()
  const first = await pool.render(job('a', { 'one.yaml': configMap('one') }), signal)
  const second = await pool.render(job('a', { 'one.yaml': configMap('one') }), signal)
  expect(first.kind).toBe('rendered')
  expect(second).toEqual(first)
})

test('a render leaves nothing behind on the signal of its service, which outlives it', async () => {
  await using pool = open()
  const service = new AbortController()
  await pool.render(job('a', { 'one.yaml': configMap('one') }), service.signal)
  expect(getEventListeners(service.signal, 'abort')).toEqual([])
})

test('a child that was ended from outside is replaced, and only what it was at is asked for again', async () => {
  await using pool = open()
  await pool.render(job('a', { 'one.yaml': configMap('one') }), signal)
  endRenderChildren()
  const lost = pool.render(job('a', { 'one.yaml': configMap('one') }), signal)
  await expect(lost).rejects.toMatchObject({ code: 'render-child-lost', retry: 'now' })
  const again = await pool.render(job('a', { 'one.yaml': configMap('one') }), signal)
  expect(again.kind).toBe('rendered')
})

test('a child that has rendered enough goes when the next one is up, and nothing is lost', async () => {
  await using pool = open()
  const render = async (): Promise<unknown> =>
    namesOf(await pool.render(job('a', { 'one.yaml': configMap('one') }), signal))
  const first = await render()
  const [before] = renderChildren()
  for (let renders = 1; renders < 500; renders += 1) await render()
  expect(renderChildren()).toEqual([before])
  await expect
    .poll(
      async () => {
        expect(await render()).toEqual(first)
        return renderChildren()
      },
      { timeout: 30_000 },
    )
    .not.toContain(before)
  await expect.poll(() => renderChildren()).toHaveLength(1)
})

test('a tree that the child has dropped for newer ones is sent again', async () => {
  await using pool = open()
  const render = (digest: string): ReturnType<typeof pool.render> =>
    pool.render(job(digest, { 'one.yaml': configMap(`of-${digest}`) }), signal)
  for (const digest of 'abcdefghij') await render(digest)
  expect(namesOf(await render('a'))).toMatchObject([{ name: 'of-a' }])
})

test('of a large tree only what is read is sent', async () => {
  await using pool = open()
  const large = 'x'.repeat(5 * 1024 * 1024)
  const files = { 'other/a.txt': large, 'other/b.txt': large, 'app/one.yaml': configMap('one') }
  const outcome = await pool.render(job('large', files, './app'), signal)
  expect(namesOf(outcome)).toMatchObject([{ name: 'one' }])
})

test('files that the child has dropped for newer ones are sent again', async () => {
  await using pool = open()
  const render = (n: number): ReturnType<typeof pool.render> => {
    const files = { 'app/one.yaml': configMap(`n-${n}`), 'app/pad.txt': filler(n) }
    return pool.render(job(`tree-${n % 4}-${n}`, files, './app'), signal)
  }
  for (let n = 0; n < 30; n += 1) expect((await render(n)).kind).toBe('rendered')
  expect(namesOf(await render(0))).toMatchObject([{ name: 'n-0' }])
})

/** Ends the render processes that this process has started, as the system would. */
function endRenderChildren(): void {
  for (const pid of renderChildren()) process.kill(pid, 'SIGKILL')
}

function renderChildren(): readonly number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args=']).toString('utf8')
  return listed.split('\n').flatMap((line) => {
    const [pid = '', parent] = line.trim().split(/\s+/u)
    return parent === String(process.pid) && line.includes('render-child') ? [Number(pid)] : []
  })
}

test('a child gives what charts generated, and gives it again where it is told of it', async () => {
  await using pool = open()
  const chart = {
    'kustomization.yaml':
      'helmGlobals: {chartHome: charts}\nhelmCharts: [{name: db, releaseName: one}]\n',
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'charts/db/values.yaml': '{}\n',
    'charts/db/templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "{{ randAlphaNum 20 }}"}\n',
  }
  const first = await pool.render(job('chart', chart), signal)
  assert(first.kind === 'rendered', JSON.stringify(first))
  expect(first.generated).toHaveLength(1)
  const again = await pool.render({ ...job('chart', chart), generated: first.generated }, signal)
  expect(again).toMatchObject({ objects: first.objects, generated: first.generated })
  const anew = await pool.render(job('chart', chart), signal)
  expect(anew).not.toMatchObject({ objects: first.objects })
})
