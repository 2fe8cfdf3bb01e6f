import { HelmContents, RenderRequested } from '@tidemark/contracts'
import type { HelmReleaseContents } from '@tidemark/flux'
import { manifestDigest, type JsonObject } from '@tidemark/manifests'
import { expect, test } from 'vitest'
import { digestedContents, packContents, releaseInputs } from './helm-contents.ts'

const contents: HelmReleaseContents = {
  releaseName: 'shop',
  releaseNamespace: 'apps',
  storageNamespace: 'apps',
  chartName: 'shop',
  chartVersion: '1.2.3',
  appVersion: '7',
  chartMetadata: { name: 'shop' },
  config: { b: 1, a: 'x' },
  notes: 'hello',
  hooks: [
    {
      object: { kind: 'Job', apiVersion: 'batch/v1' },
      events: ['pre-install'],
      weight: -5,
      deletePolicies: ['before-hook-creation'],
      outputLogPolicies: [],
      path: 'shop/templates/job.yaml',
    },
  ],
  crds: [{ kind: 'CustomResourceDefinition' }],
}
const keyed = (text: string): string => `keyed ${text.length}`

const digest = (changed: Partial<HelmReleaseContents>): string =>
  manifestDigest(digestedContents({ ...contents, ...changed }), keyed)

const text = (spec: JsonObject, changed: Partial<HelmReleaseContents> = {}): string =>
  releaseInputs('reads', {
    helm: { ...contents, ...changed },
    requested: RenderRequested.fromPartial({
      objectJson: Buffer.from(JSON.stringify({ spec })),
      releaseNumber: BigInt(Object.keys(spec).length),
    }),
    keyed,
  })

test('all of it is in the blob, objects as canonical JSON', () => {
  const { configJson, hooks, crdsJson, notes } = HelmContents.decode(packContents(contents))
  expect(Buffer.from(configJson).toString()).toBe('{"a":"x","b":1}')
  expect(Buffer.from(hooks[0]?.json ?? []).toString()).toBe(
    '{"apiVersion":"batch/v1","kind":"Job"}',
  )
  expect(hooks[0]).toMatchObject({ events: ['pre-install'], weight: -5 })
  expect(Buffer.from(crdsJson[0] ?? []).toString()).toBe('{"kind":"CustomResourceDefinition"}')
  expect(notes).toBe('hello')
})

test('another hook, definition or version of the chart is another release', () => {
  const all = [{}, { hooks: [] }, { crds: [] }, { chartVersion: '1.2.4' }].map(digest)
  expect(new Set(all).size).toBe(4)
  expect(digest({ notes: 'other' })).toBe(digest({}))
})

test('the inputs of a release are chart, values and post-renderers, not its number, and tell no value', () => {
  expect(text({ interval: '1m' })).toBe(text({}))
  expect(text({ commonMetadata: { labels: { a: 'b' } } })).not.toBe(text({}))
  expect(text({}, { config: { password: 'heron-of-the-north' } })).not.toBe(text({}))
  expect(text({}, { config: { password: 'heron-of-the-north' } })).not.toContain('heron')
})
