// `dependsOn` with an expression: over what the dependency and the application itself say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kustomization, openMemoryFleet, type MemoryFleet } from '../rig/plane/memory-fleet.ts'

const VERSION = 'apps.example.com/version'
const labelled = (text: string, version: string): string =>
  text.replace(
    'namespace: flux-system}',
    `namespace: flux-system, labels: {${VERSION}: "${version}"}}`,
  )
const database = (version: string): string =>
  labelled(kustomization('database', '  path: ./apps/database\n'), version)
const shop = (version: string, expression: string): string =>
  labelled(
    kustomization(
      'shop',
      `  path: ./apps/shop\n  dependsOn:\n    - name: database\n      readyExpr: ${JSON.stringify(expression)}\n`,
    ),
    version,
  )
const SAME = `dep.metadata.labels['${VERSION}'] == self.metadata.labels['${VERSION}'] && dep.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')`
const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {v: "1"}\n`
const FILES = {
  'clusters/dev/database.yaml': database('1'),
  'clusters/dev/shop.yaml': shop('2', SAME),
  'apps/database/a.yaml': configMap('database'),
  'apps/shop/a.yaml': configMap('shop'),
}

describe('an application that waits for what an expression says', () => {
  let fleet: MemoryFleet
  beforeAll(async () => {
    fleet = await openMemoryFleet(FILES)
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  test('waits although its dependency is ready', async () => {
    await fleet.api.ready(['database'])
    const planned = await fleet.api.event('RolloutPlanned', {
      where: ({ body }) => String(body['applicationId']).endsWith('shop'),
    })
    expect(planned.body['waitsFor']).toEqual(['dev_flux-system_kustomization_database'])
    const shopApplied = (await fleet.api.events()).filter(
      ({ type, body }) =>
        type === 'ApplyRequested' && String(body['applicationId']).endsWith('shop'),
    )
    expect(shopApplied).toEqual([])
  })

  test('goes on when the dependency is as it is to be, without a poll', async () => {
    await fleet.change({ 'clusters/dev/database.yaml': database('2') })
    await fleet.api.ready(['shop'])
  })

  test('with an expression that is no CEL is refused, with the field, and goes on as it was', async () => {
    const before = await fleet.change({ 'clusters/dev/shop.yaml': shop('2', 'dep.status ==') })
    const { body } = await fleet.api.event('ApplicationRefused', { after: before })
    expect(body['message']).toContain('spec.dependsOn[0].readyExpr is no CEL')
  })
})
