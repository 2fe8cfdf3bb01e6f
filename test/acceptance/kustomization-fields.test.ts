// One Kustomization with every field that changes what is built or how it is applied, and the Cluster object whose
// variables it takes: pushed to a plane that runs, and looked at on the cluster.
import { Phase } from '@tidemark/contracts'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { eventually } from '../rig/plane/plane-api.ts'
import { openSandboxPlane, type SandboxPlane } from '../rig/plane/sandbox-plane.ts'
import { phase, whyTells } from './ask-plane.ts'
import { configMap, deployment } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const WEB = '/apis/apps/v1/namespaces/shop/deployments/eu-web-v2'
const MAP = '/api/v1/namespaces/shop/configmaps/eu-settings-v2'
const KUSTOMIZATION = 'clusters/test/app.yaml'
const CLUSTER = 'clusters/test/cluster.yaml'

function kustomization(more = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: flux-system}
spec:
  interval: 10m
  retryInterval: 1s
  timeout: 1m
  path: ./apps/app
  prune: true
  wait: true
  sourceRef: {kind: GitRepository, name: flux-system}
  targetNamespace: shop
  namePrefix: eu-
  nameSuffix: -v2
  components: [../parts/tier]
  commonMetadata:
    labels: {team: storefront}
    annotations: {example.com/owner: ada}
  images:
    - {name: example.com/web, newName: mirror.example.com/web, newTag: "2.1"}
  patches:
    - target: {kind: Deployment}
      patch: |
        - {op: replace, path: /spec/replicas, value: 3}
    - patch: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {patched: "yes"}
  postBuild:
    substitute: {inline: from-inline, both: from-inline}
${more}`
}

/** What Git says of the cluster. */
function cluster(region: string, name = 'test'): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: Cluster
metadata: {name: ${name}, labels: {tier: prod}}
spec:
  variables: {region: ${region}, both: from-cluster}
`
}

const SETTINGS = configMap('settings', '${region}').replace('  namespace: default\n', '')
const FILES = {
  [CLUSTER]: cluster('eu-west'),
  [KUSTOMIZATION]: kustomization(),
  'apps/app/kustomization.yaml': 'resources: [settings.yaml, web.yaml, space.yaml]\n',
  'apps/app/space.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
  'apps/app/settings.yaml': `${SETTINGS}  inline: \${inline}\n  both: \${both}\n  default: \${unset:=fallback}\n`,
  'apps/app/web.yaml': deployment('web', 'example.com/web:1'),
  'apps/parts/tier/kustomization.yaml': [
    'apiVersion: kustomize.config.k8s.io/v1alpha1',
    'kind: Component',
    'labels: [{pairs: {component: tier}}]',
    '',
  ].join('\n'),
  // Without postBuild: what looks like a variable is none.
  'clusters/test/plain.yaml': kustomization()
    .replace('{name: app,', '{name: plain,')
    .replace('./apps/app', './apps/plain')
    .replace(/ {2}targetNamespace[\s\S]*/u, ''),
  'apps/plain/script.yaml': configMap('script', '"echo ${region}"'),
}

let opened: SandboxPlane | undefined
const there = (): SandboxPlane => {
  assert(opened !== undefined, 'the plane has started')
  return opened
}

beforeAll(async () => {
  opened = await openSandboxPlane('kustomization-fields', FILES)
  await opened.up.api.ready(['app', 'plain'], { ms: WAIT })
}, SLOW)
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
}, SLOW)

/** Pushes, and waits until the cluster has what is wanted. */
async function pushUntil(
  changes: Readonly<Record<string, string | undefined>>,
  path: string,
  wanted: object,
): Promise<void> {
  const { up, fleet, cluster: target } = there()
  await fleet.push(changes)
  expect(await up.poke(fleet.url)).toBe(202)
  const look = async (): Promise<string | undefined> => {
    const object = await target.get(path)
    try {
      expect(object).toMatchObject(wanted)
      return undefined
    } catch {
      return JSON.stringify(object)
    }
  }
  await eventually(look, { ms: WAIT, what: JSON.stringify(wanted) })
}

test('names, namespace, image, patches, component and common metadata are on the cluster', async () => {
  const labels = { team: 'storefront', component: 'tier' }
  const annotations = { 'example.com/owner': 'ada' }
  expect(await there().cluster.get(WEB)).toMatchObject({
    metadata: { labels, annotations },
    spec: {
      replicas: 3,
      template: { spec: { containers: [{ image: 'mirror.example.com/web:2.1' }] } },
    },
  })
  expect(await there().cluster.get(MAP)).toMatchObject({
    metadata: { labels, annotations },
    data: { patched: 'yes' },
  })
})

test('variables of the cluster are put in, inline ones win, and a default fills what nobody sets', async () => {
  const data = { value: 'eu-west', inline: 'from-inline', both: 'from-inline', default: 'fallback' }
  expect(await there().cluster.get(MAP)).toMatchObject({ data })
})

test('an application without postBuild is left alone by the variables of its cluster', async () => {
  const script = await there().cluster.get('/api/v1/namespaces/default/configmaps/script')
  expect(script).toMatchObject({ data: { value: 'echo ${region}' } })
})

test('labels and variables of a cluster are events, and are shown; it is not applied to the cluster', async () => {
  const { up, cluster: target } = there()
  const described = await up.api.event('ClusterDescribed', { ms: WAIT })
  expect(described.body).toMatchObject({
    cluster: 'test',
    labels: [{ key: 'tier', value: 'prod' }],
    variables: [
      { key: 'both', value: 'from-cluster' },
      { key: 'region', value: 'eu-west' },
    ],
  })
  const { clusters } = await up.api.call('listClusters', {})
  expect(clusters[0]?.variables).toContainEqual({ key: 'region', value: 'eu-west' })
  expect(target.proxy.requests().filter(({ path }) => path.includes('tidemark.dev'))).toEqual([])
})

test(
  'a variable that changes renders what takes variables, and nothing else',
  async () => {
    const after = await there().up.api.head()
    await pushUntil({ [CLUSTER]: cluster('eu-north') }, MAP, { data: { value: 'eu-north' } })
    const renders = (await there().up.api.events(after)).filter(
      ({ type }) => type === 'RenderRequested',
    )
    const names = new Set(renders.map(({ stream }) => stream.split('_').at(-1)))
    expect(names).toEqual(new Set(['app', 'flux-system']))
  },
  SLOW,
)

test(
  'a Cluster that names another cluster is refused by file and name, and the last good one goes on',
  async () => {
    const { up, fleet, cluster: target } = there()
    await fleet.push({ [CLUSTER]: cluster('us-east', 'us') })
    expect(await up.poke(fleet.url)).toBe(202)
    await whyTells(up, 'us', [
      /!! {2}declaration/u,
      /clusters\/test\/cluster\.yaml: Cluster us is delivered to cluster test, and names another/u,
      /there are: test/u,
    ])
    expect(await target.get(MAP)).toMatchObject({ data: { value: 'eu-north' } })
    await pushUntil({ [CLUSTER]: cluster('eu-west') }, MAP, { data: { value: 'eu-west' } })
  },
  SLOW,
)

test(
  'a field that cannot be changed fails, is tried again at retryInterval, and goes through with force',
  async () => {
    const { up, cluster: target } = there()
    const before = await target.get(WEB)
    const other = FILES['apps/app/web.yaml'].replaceAll('app: web', 'app: other')
    await there().fleet.push({ 'apps/app/web.yaml': other })
    const after = await up.api.head()
    expect(await up.poke(there().fleet.url)).toBe(202)
    await phase(up, 'app', (is) => is === Phase.PHASE_FAILED)
    await whyTells(up, 'app', [/spec\.selector can not be changed/u, /\(force\)/u])
    const again = await up.api.event('RolloutPlanned', {
      after,
      ms: WAIT,
      where: ({ body, stream }) =>
        stream.endsWith('_app') && String(body['cause']).endsWith('RETRY'),
    })
    expect(again.type).toBe('RolloutPlanned')
    const matchLabels = { app: 'other' }
    await pushUntil({ [KUSTOMIZATION]: kustomization('  force: true\n') }, WEB, {
      spec: { selector: { matchLabels } },
    })
    expect(uidOf(await target.get(WEB))).not.toBe(uidOf(before))
    await phase(up, 'app', (is) => is === Phase.PHASE_READY)
  },
  SLOW,
)

test(
  'a Cluster that leaves Git takes its variables along; what needs them says which, and what runs stays',
  async () => {
    const { up, fleet, cluster: target } = there()
    await fleet.push({ [CLUSTER]: undefined })
    expect(await up.poke(fleet.url)).toBe(202)
    await whyTells(up, 'app', [/!! {2}render/u, /spec\.postBuild/u, /region/u])
    expect(await target.get(MAP)).toMatchObject({ data: { value: 'eu-west' } })
    expect((await up.api.event('ClusterDescriptionEnded', { ms: WAIT })).body).toMatchObject({
      cluster: 'test',
    })
  },
  SLOW,
)

function uidOf(object: unknown): unknown {
  return Reflect.get(Object(Reflect.get(Object(object), 'metadata')), 'uid')
}
