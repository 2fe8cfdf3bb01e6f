// What an application names on its cluster: asked for, waited for, rendered with, rendered again when it changes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kustomization, openMemoryFleet, type MemoryFleet } from '../rig/plane/memory-fleet.ts'
import type { KubeJson } from '../rig/plane/test-cluster.ts'

const HUSH = 'heron-of-the-north-0042'
const SECRETS = '/api/v1/namespaces/flux-system/secrets'
const CONFIG_MAPS = '/api/v1/namespaces/flux-system/configmaps'
const SHOP = '/api/v1/namespaces/default/configmaps/shop'
const FILES = {
  'clusters/dev/shop.yaml': kustomization(
    'shop',
    `  path: ./apps/shop
  postBuild:
    substitute: {inline: top}
    substituteFrom:
      - {kind: ConfigMap, name: settings}
      - {kind: Secret, name: login}
      - {kind: ConfigMap, name: perhaps, optional: true}
`,
  ),
  'clusters/dev/other.yaml': kustomization('other', '  path: ./apps/other\n'),
  'apps/settings/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
data: {region: eu-north, inline: low}
`,
  'apps/shop/shop.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: shop, namespace: default}
data:
  region: \${region}
  password: \${password}
  inline: "\${inline}"
  extra: \${extra:=none}
`,
  'apps/other/other.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: other, namespace: default}
`,
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function secret(values: Readonly<Record<string, string>>): KubeJson {
  const data = Object.entries(values).map(([key, text]) => [key, base64(text)])
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login' },
    data: Object.fromEntries(data),
  }
}

function readData(object: unknown): Readonly<Record<string, string>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A ConfigMap's data.
  return (object as { data?: Record<string, string> } | undefined)?.data ?? {}
}

/** Each test goes on from the one before: it is the life of one application. */
describe('an application that takes variables from its cluster', () => {
  let fleet: MemoryFleet
  beforeAll(async () => {
    fleet = await openMemoryFleet(FILES)
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  const dataOf = async (is: (data: Readonly<Record<string, string>>) => boolean) => {
    return readData(
      await fleet.until(SHOP, (object) => object !== undefined && is(readData(object))),
    )
  }

  test('is refused with what to do while something that it needs is not there', async () => {
    const { body } = await fleet.api.event('RenderFailed')
    expect(body).toMatchObject({ code: 'INPUT_MISSING' })
    expect(body['message']).toBe(
      'spec.postBuild.substituteFrom[0]: ConfigMap flux-system/settings is not known: cluster dev has none; ' +
        'create it there; spec.postBuild.substituteFrom[1]: Secret flux-system/login is not known: ' +
        'cluster dev has none; create it there, or give its values: tidemark secret set flux-system/login --cluster dev',
    )
    await fleet.api.ready(['other'])
  })

  test('is rendered when another application has applied it, and a person has set the rest', async () => {
    await fleet.change({
      'clusters/dev/settings.yaml': kustomization('settings', '  path: ./apps/settings\n'),
    })
    await fleet.api.ready(['settings'])
    const ref = { cluster: 'dev', namespace: 'flux-system', name: 'login' }
    const values = [{ key: 'password', value: Buffer.from('set-by-a-person') }]
    await fleet.api.call('setSecret', { ...ref, values, requestId: '' })
    await fleet.api.ready(['shop'])
    expect(await dataOf(() => true)).toEqual({
      region: 'eu-north',
      password: 'set-by-a-person',
      inline: 'top',
      extra: 'none',
    })
  })

  test('is rendered again, and nothing else is, when a value changes', async () => {
    const before = await fleet.api.head()
    await fleet.ask('POST', SECRETS, secret({ password: HUSH }))
    await dataOf(({ password }) => password === HUSH)
    await fleet.ask('POST', CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'perhaps' },
      data: { extra: 'more' },
    })
    await dataOf(({ extra }) => extra === 'more')
    const asked = (await fleet.api.events(before)).filter(({ type }) => type === 'RenderRequested')
    expect(asked.map(({ body }) => body['applicationId'])).toEqual([
      'dev_flux-system_kustomization_shop',
      'dev_flux-system_kustomization_shop',
    ])
  })

  test('goes on as it is when a value makes no sense, and no event shows it', async () => {
    const before = await fleet.api.head()
    // As a name it would be told; as a value of a Secret it never is.
    const { data } = secret({ [`9-${HUSH.length}`]: 'x', password: HUSH })
    await fleet.ask('PATCH', `${SECRETS}/login`, { data })
    const { body } = await fleet.api.event('RenderFailed', { after: before })
    expect(body['message']).toContain('"9-23" is no name of a variable')
    expect(await dataOf(() => true)).toMatchObject({ password: HUSH })
    const log = await fleet.world.log()
    const encoded = [HUSH, base64(HUSH)]
    const shown = log.filter(({ body: bytes }) =>
      encoded.some((text) => Buffer.from(bytes).includes(text)),
    )
    expect(shown.map(({ type }) => type)).toEqual([])
  })

  test('that names nothing any more has nothing watched', async () => {
    const before = await fleet.change({
      'clusters/dev/shop.yaml': kustomization(
        'shop',
        '  path: ./apps/shop\n  postBuild: {substitute: {region: a, password: b, inline: c}}\n',
      ),
    })
    await dataOf(({ password }) => password === 'b')
    const released = (await fleet.api.events(before)).filter(
      ({ type }) => type === 'ClusterInputReleased',
    )
    expect(released.map(({ body }) => body['input'])).toMatchObject([
      { name: 'settings' },
      { name: 'login' },
      { name: 'perhaps' },
    ])
  })
})
