import { gzipSync } from 'node:zlib'
import { type JsonObject, readManifest } from '@tidemark/manifests'
import { expect, test } from 'vitest'
import { describeRelease } from './describe-release.ts'
import {
  type HookEvent,
  hookObject,
  hooksOf,
  hookVerdict,
  isDeletedAt,
  isOfRun,
  type ReleaseHook,
} from './hooks.ts'
import { foreignTo, isKeptByHelm, ownedByRelease } from './ownership.ts'
import { decodeRelease, encodeRelease, ReleaseUnreadable, withStatus } from './release-record.ts'
import { readReleaseSecret, releaseSecret } from './release-secret.ts'

const RELEASE = { name: 'shop', info: { status: 'deployed' }, version: 3, namespace: 'web' }

test('a record is read as it was written, and what nobody here reads stays in it', () => {
  const json = { ...RELEASE, later: { unknown: [1, 'two'] } }
  expect(decodeRelease(encodeRelease(json))).toEqual({
    name: 'shop',
    revision: 3,
    status: 'deployed',
    json,
  })
})

test('a record from before Helm compressed them is read', () => {
  const text = Buffer.from(JSON.stringify(RELEASE)).toString('base64')
  expect(decodeRelease(text)).toMatchObject({ name: 'shop', revision: 3 })
})

test.each([
  ['no gzip behind its mark', Buffer.from([0x1f, 0x8b, 0x08, 0, 1, 2])],
  ['no JSON', Buffer.from('name: shop')],
  ['no name', gzipSync('{"version":1,"info":{"status":"deployed"}}')],
  ['no version', gzipSync('{"name":"shop","info":{"status":"deployed"}}')],
  ['a status that Helm has not', gzipSync('{"name":"shop","version":1,"info":{"status":"great"}}')],
  ['a bomb', gzipSync(Buffer.alloc(65 * 1024 * 1024, 0x20))],
])('%s is no record', (_what, bytes) => {
  expect(() => decodeRelease(bytes.toString('base64'))).toThrow(ReleaseUnreadable)
})

test('another status leaves all else as it was', () => {
  const record = decodeRelease(encodeRelease({ ...RELEASE, hooks: [{ name: 'a' }] }))
  const after = withStatus(record, { status: 'uninstalled', description: 'gone', deletedMs: 0 })
  expect(after.json).toEqual({
    ...record.json,
    info: { status: 'uninstalled', description: 'gone', deleted: '1970-01-01T00:00:00.000Z' },
  })
})

test('labels that people put on a record go on, those of Helm are its own', () => {
  const record = decodeRelease(encodeRelease(RELEASE))
  const secret = releaseSecret(
    { record, labels: { team: 'web' } },
    { storageNamespace: 'web', nowMs: 1_000 },
  )
  expect(secret).toMatchObject({
    metadata: {
      name: 'sh.helm.release.v1.shop.v3',
      labels: { name: 'shop', owner: 'helm', status: 'deployed', version: '3', team: 'web' },
    },
    type: 'helm.sh/release.v1',
  })
  expect(readReleaseSecret(secret)).toEqual({ record, labels: { team: 'web' } })
})

test('a release that no Secret can hold is refused by its size', () => {
  const noise = Array.from({ length: 120_000 }, (_, index) => String(Math.sin(index)))
  const record = decodeRelease(encodeRelease({ ...RELEASE, config: noise.join() }))
  expect(() =>
    releaseSecret({ record, labels: {} }, { storageNamespace: 'web', nowMs: 0 }),
  ).toThrow(/a Secret has room for 1048576/u)
})

test('the hooks of an event go by weight, then name; of one weight and name the kinds stay as sorted', () => {
  const hooks = [
    hook('ServiceAccount', 'migrate', { weight: -5 }),
    hook('ConfigMap', 'z', { weight: -5 }),
    hook('Job', 'migrate', { weight: -5 }),
    hook('Job', 'last', { weight: 1 }),
    hook('Job', 'other', { events: ['post-install'] }),
  ]
  const order = hooksOf(hooks, 'pre-install').map(
    ({ manifest: { identity } }) => `${identity.kind}/${identity.name}`,
  )
  expect(order).toEqual(['ServiceAccount/migrate', 'Job/migrate', 'ConfigMap/z', 'Job/last'])
})

test('without a policy a hook goes before it is created again; a definition never goes', () => {
  const job = hook('Job', 'migrate', {})
  expect(isDeletedAt(job, 'before-hook-creation')).toBe(true)
  expect(isDeletedAt(job, 'hook-succeeded')).toBe(false)
  const kept = hook('Job', 'migrate', { deletePolicies: ['hook-failed'] })
  expect(isDeletedAt(kept, 'before-hook-creation')).toBe(false)
  expect(isDeletedAt(kept, 'hook-failed')).toBe(true)
  expect(isDeletedAt(hook('CustomResourceDefinition', 'x', {}), 'before-hook-creation')).toBe(false)
})

test.each([
  ['Job', {}, 'running'],
  ['Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }, 'succeeded'],
  ['Job', { status: { conditions: [{ type: 'Failed', status: 'True' }] } }, 'failed'],
  ['Pod', { status: { phase: 'Running' } }, 'running'],
  ['Pod', { status: { phase: 'Succeeded' } }, 'succeeded'],
  ['Pod', { status: { phase: 'Failed' } }, 'failed'],
  ['ConfigMap', {}, 'succeeded'],
])('a hook that is a %s with %j is %s', (kind, live, verdict) => {
  const one = hook(kind, 'migrate', {})
  const { object } = one.manifest
  expect(hookVerdict(one, { ...object, ...live }).kind).toBe(verdict)
})

test('an object that a hook left behind is not of another run', () => {
  const job = hook('Job', 'migrate', {})
  const live = hookObject(job, '7/1/pre-install')
  expect(isOfRun(live, '7/1/pre-install')).toBe(true)
  expect(isOfRun(live, '7/2/pre-install')).toBe(false)
  expect(isOfRun(job.manifest.object, '7/1/pre-install')).toBe(false)
})

test('an object of another release, or of nobody, is named with all that is wrong', () => {
  const { identity, object } = hook('ConfigMap', 'settings', {}).manifest
  const owner = { name: 'shop', namespace: 'web' }
  expect(foreignTo(owner, { identity, live: ownedByRelease(object, owner) })).toBeUndefined()
  const live = ownedByRelease(object, { name: 'other', namespace: 'web' })
  expect(foreignTo(owner, { identity, live })).toContain(
    'is not of the release web/shop: the annotation meta.helm.sh/release-name is "other", not "shop"',
  )
  expect(foreignTo(owner, { identity, live: object })).toContain(
    'the label app.kubernetes.io/managed-by is missing',
  )
})

test('only an object of Helm can ask Helm to be kept', () => {
  const keep = {
    apiVersion: 'v1',
    metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
  }
  expect(isKeptByHelm(keep)).toBe(false)
  expect(isKeptByHelm(ownedByRelease(keep, { name: 'shop', namespace: 'web' }))).toBe(true)
})

test('a described release has its objects as YAML, and is read like one of Helm', () => {
  const { object } = hook('ConfigMap', 'settings', {}).manifest
  const record = describeRelease({
    name: 'shop',
    namespace: 'web',
    revision: 2,
    status: 'deployed',
    description: 'Upgrade complete',
    firstDeployedMs: 0,
    lastDeployedMs: 1,
    notes: '',
    chart: { name: 'shop', version: '1.0.0' },
    config: {},
    objects: [object],
    hooks: [hook('Job', 'migrate', {})],
  })
  expect(decodeRelease(encodeRelease(record.json))).toEqual(record)
  expect(record.json).toMatchObject({
    manifest:
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: web\n',
  })
})

function hook(
  kind: string,
  name: string,
  fields: Partial<Omit<ReleaseHook, 'events'>> & { readonly events?: readonly HookEvent[] },
): ReleaseHook {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'v1'
  const object: JsonObject = { apiVersion, kind, metadata: { name, namespace: 'web' } }
  const manifest = readManifest(object, 'hook')
  return {
    manifest,
    path: `shop/templates/${name}.yaml`,
    events: ['pre-install'],
    weight: 0,
    deletePolicies: [],
    ...fields,
  }
}
