// What people get wrong, one by one: each is told with its place and the way out, nothing that was delivered changes,
// and the plane goes on.
import { join } from 'node:path'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { Phase } from '@tidemark/contracts'
import { temporaryDir } from '../rig/components/child.ts'
import { Up } from '../rig/plane/embedded.ts'
import { fileFleet, type Fleet } from '../rig/plane/fleet.ts'
import { eventually } from '../rig/plane/plane-api.ts'
import { sandboxCluster, type TestCluster } from '../rig/plane/test-cluster.ts'
import { cli, phase, why } from './ask-plane.ts'
import { badInput, badInputs } from './bad-table.ts'
import { application, configMap, deployment } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const MAP = '/api/v1/namespaces/default/configmaps/settings'

const GOOD = {
  'clusters/test/app.yaml': application('app'),
  'apps/app/settings.yaml': configMap('settings', 'good'),
  'apps/app/web.yaml': deployment('web', 'example.com/web:1').replace(
    'name: web\n',
    'name: web\n  namespace: default\n',
  ),
}

interface Row {
  readonly changes: Readonly<Record<string, string | undefined>>
}

const rows = badInputs<Row>('files', {
  'a path that is not there': {
    changes: { 'clusters/test/app.yaml': application('app').replace('./apps/app', './apps/ap') },
  },
  'a path outside of the repository': {
    changes: { 'clusters/test/app.yaml': application('app').replace('./apps/app', '../../etc') },
  },
  'YAML that is none': {
    changes: { 'apps/app/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' },
  },
  'a key that is there twice': {
    changes: { 'apps/app/settings.yaml': `${configMap('settings', 'one')}  value: two\n` },
  },
  'a field that kustomize has not': {
    changes: {
      'apps/app/kustomization.yaml': 'resources: [settings.yaml, web.yaml, base]\n',
      'apps/app/base/kustomization.yaml': 'resorces: [more.yaml]\n',
    },
  },
  'a field that Flux has not': {
    changes: { 'clusters/test/app.yaml': application('app', '  prunes: true\n') },
  },
  'an object without a kind': {
    changes: { 'apps/app/settings.yaml': 'apiVersion: v1\nmetadata:\n  name: settings\n' },
  },
  'two objects with one identity': {
    changes: { 'apps/app/again.yaml': configMap('settings', 'again') },
  },
  'a kind that the cluster has not': {
    changes: {
      'apps/app/gizmo.yaml':
        'apiVersion: example.com/v1\nkind: Gizmo\nmetadata:\n  name: first\n  namespace: default\n',
    },
  },
  'a namespace that is not there': {
    changes: {
      'apps/app/more.yaml': configMap('more', 'x').replace('default', 'nowhere'),
    },
  },
  'an object that the API server finds invalid': {
    changes: {
      'apps/app/web.yaml': GOOD['apps/app/web.yaml'].replace('replicas: 1', 'replicas: -1'),
    },
  },
  'a field that cannot be changed': {
    changes: {
      'apps/app/web.yaml': GOOD['apps/app/web.yaml'].replaceAll('app: web', 'app: other'),
    },
  },
})

let opened: { readonly cluster: TestCluster; readonly fleet: Fleet; readonly up: Up } | undefined
let remove: () => void = () => undefined

beforeAll(async () => {
  const folder = temporaryDir('bad-inputs')
  remove = folder.remove
  const dir = folder.path
  const cluster = await sandboxCluster(dir)
  const fleet = await fileFleet(join(dir, 'fleet.git'), GOOD)
  const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1h']
  const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
  const up = new Up({ dataDir: join(dir, 'data'), args: [...args, ...context] })
  await up.mustStart()
  opened = { cluster, fleet, up }
  await up.api.ready(['app'], { ms: WAIT })
}, SLOW)
afterAll(async () => {
  await opened?.up[Symbol.asyncDispose]()
  await opened?.cluster[Symbol.asyncDispose]()
  remove()
}, SLOW)

function there(): NonNullable<typeof opened> {
  assert(opened !== undefined, 'the plane has started')
  return opened
}

test.for(rows)(
  '$input: told with its place and the way out; what runs stays',
  { timeout: SLOW },
  async ({ changes, told }) => {
    const { up, cluster, fleet } = there()
    const before: Readonly<Record<string, string | undefined>> = GOOD
    const undo = Object.fromEntries(Object.keys(changes).map((path) => [path, before[path]]))
    await fleet.push(changes)
    expect(await up.poke(fleet.url)).toBe(202)
    await phase(up, 'app', (is) => is === Phase.PHASE_FAILED)
    const printed = await why(up, 'app')
    for (const words of told) expect(printed).toMatch(words)
    expect(await cluster.get(MAP)).toMatchObject({ data: { value: 'good' } })
    expect(up.exit).toBeUndefined()
    const commit = await fleet.push(undo)
    expect(await up.poke(fleet.url)).toBe(202)
    await phase(up, 'app', (is) => is === Phase.PHASE_READY)
    await eventually(
      async () => {
        const { sources } = await up.api.call('listSources', {})
        return sources.some(({ revision }) => revision.includes(commit)) ? undefined : 'older'
      },
      { ms: WAIT, what: 'source at the mended commit' },
    )
    await phase(up, 'app', (is) => is === Phase.PHASE_READY)
    expect(await cluster.get(MAP)).toMatchObject({ data: { value: 'good' } })
  },
)

test(
  'a second process on one data folder is refused by name, and the first goes on',
  async () => {
    const { up } = there()
    const second = await cli('up', '--data-dir', up.dataDir, '--exit-when-ready')
    expect(second.code).toBe(1)
    expect(second.text).toContain(up.dataDir)
    for (const words of badInput('a second process on one data folder'))
      expect(second.text).toMatch(words)
    expect((await up.api.application('app'))?.phase).toBe(Phase.PHASE_READY)
  },
  SLOW,
)

test.for([
  {
    title: 'a context that does not exist',
    args: ['--repo', 'https://git.example.com/x', '--context', 'nowhere=test', '--kubeconfig'],
    kubeconfig: true,
    code: 1,
    told: badInput('a context that does not exist')[0],
  },
  {
    title: 'a context without a repository',
    args: ['--context', 'nowhere=test'],
    kubeconfig: false,
    code: 2,
    told: /name the repository that the clusters are fed from: --repo/u,
  },
  {
    title: 'a duration that is none',
    args: ['--timeout', 'soon'],
    kubeconfig: false,
    code: 2,
    told: /--timeout soon: write a duration such as 30s, 5m or 1h30m/u,
  },
] as const)(
  '$title: the start ends with one line that says what to do',
  { timeout: SLOW },
  async ({ title, args, kubeconfig, code, told }) => {
    const { up, cluster } = there()
    const more = kubeconfig ? [cluster.kubeconfig] : []
    const other = join(up.dataDir, '..', 'other')
    const ended = await cli(
      'up',
      '--data-dir',
      other,
      '--exit-when-ready',
      '--timeout',
      '5s',
      ...args,
      ...more,
    )
    assert(told !== undefined, title)
    expect(ended.text).toMatch(told)
    expect(ended.text).not.toMatch(/^\s+at /mu)
    expect(ended.code, ended.text).toBe(code)
  },
)
