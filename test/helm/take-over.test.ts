import { ApplyOutcome } from '@tidemark/contracts'
import { directAccess } from '@tidemark/kube'
import { field, parseJson, type JsonObject } from '@tidemark/manifests'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApiServer, type ApiServer } from '../rig/components/api-server.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { ApplierRig, type RigRelease } from '../rig/plane/applier-rig.ts'
import { actions, color, find, map } from './release-world.ts'

const STARTED_MS = 60_000
const FILES = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'templates/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: green, extra: gone-in-git }
`,
  'templates/old.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\n',
  'templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata: { name: password }
stringData: { password: {{ randAlphaNum 24 }} }
`,
  'templates/hook.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: hooked, annotations: { helm.sh/hook: pre-install } }
`,
}

describeWith(['etcd', 'kube-apiserver', 'helm'], 'a release that helm has installed', () => {
  const dir = temporaryDir('take-over')
  let server: ApiServer
  let rig: ApplierRig
  beforeAll(async () => {
    server = await startApiServer()
    const { url, token, caFile } = server
    rig = await ApplierRig.over(
      directAccess({ server: url, token, ca: readFileSync(caFile, 'utf8') }),
    )
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(dir.path, path)), { recursive: true })
      writeFileSync(join(dir.path, path), text)
    }
  }, STARTED_MS)
  afterAll(async () => {
    await rig[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    dir.remove()
  })

  function helm(...args: readonly string[]): string {
    const env = { PATH: process.env['PATH'], HOME: dir.path }
    const all = [...args, '--kubeconfig', server.kubeconfig, '-n', 'default']
    const { status, stdout, stderr } = spawnSync(program('helm'), all, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`)
    return stdout
  }

  async function release(wanted: RigRelease, number: number): Promise<void> {
    const finished = await rig.finished(
      'shop',
      await rig.apply('shop', { number, release: wanted }),
    )
    expect(finished).toMatchObject({ outcome: ApplyOutcome.APPLY_OUTCOME_APPLIED, message: '' })
  }

  async function uidOf(kind: string, name: string): Promise<unknown> {
    return field(await find(rig, kind, name), 'metadata', 'uid')
  }

  const settings = map('settings', 'green')
  let secret: JsonObject

  test('is not taken over where that would change what a Secret holds: the field is named', async () => {
    helm('install', 'shop', dir.path)
    const seen = await rig.observe('HelmRelease', 'default', 'shop')
    expect(Buffer.from(seen.get('manifest') ?? []).toString()).toContain('color: green')
    const live = await find(rig, 'Secret', 'password')
    const stringData = { password: 'drawn anew', color: 'green' }
    const drawn = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password' }, stringData }
    const wish = { number: 1, release: { objects: [drawn] } }
    const refused = await rig.finished('shop', await rig.apply('shop', wish))
    expect(refused.message).toContain(
      'taking over the release default/shop would change Secret/default/password data.password: ',
    )
    expect(refused.requests).toBe(0)
    expect(await find(rig, 'Secret', 'password')).toEqual(live)
    expect(parseJson(helm('history', 'shop', '-o', 'json'))).toMatchObject([{ status: 'deployed' }])
  })

  test('is taken over by an upgrade: nothing is made anew, what left the chart goes, and helm sees it', async () => {
    const [before] = [await uidOf('ConfigMap', 'settings')]
    const live = await find(rig, 'Secret', 'password')
    secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'password' },
      data: field(live, 'data') ?? {},
    }
    const hooked = await uidOf('ConfigMap', 'hooked')
    const install = { ...map('hooked', 'x'), metadata: { name: 'hooked', namespace: 'default' } }
    await release(
      { objects: [settings, secret], hooks: [{ object: install, events: ['pre-install'] }] },
      1,
    )
    expect(await actions(rig)).toEqual([
      'Started UPGRADE v2',
      'Finished UPGRADE FAILED',
      'Started UPGRADE v2',
      'Finished UPGRADE SUCCEEDED',
    ])
    expect(await uidOf('ConfigMap', 'settings')).toBe(before)
    expect(await uidOf('ConfigMap', 'hooked')).toBe(hooked)
    expect(field(await find(rig, 'ConfigMap', 'settings'), 'data')).toEqual({ color: 'green' })
    expect(await find(rig, 'ConfigMap', 'old')).toBeUndefined()
    const after = await find(rig, 'Secret', 'password')
    expect(field(after, 'data')).toEqual(field(live, 'data'))
    expect(field(after, 'metadata', 'uid')).toBe(field(live, 'metadata', 'uid'))
    expect(parseJson(helm('history', 'shop', '-o', 'json'))).toMatchObject([
      { revision: 1, status: 'superseded' },
      { revision: 2, status: 'deployed', description: 'Upgrade complete' },
    ])
    expect(helm('get', 'manifest', 'shop')).toContain('color: green')
    expect(helm('get', 'hooks', 'shop')).toContain('name: hooked')
    expect(helm('get', 'notes', 'shop')).toContain('Have fun.')
    expect(parseJson(helm('get', 'values', 'shop', '-o', 'json'))).toEqual({ color: 'green' })
  })

  test('can still be rolled back by helm, and the next release goes on from what helm has made', async () => {
    helm('rollback', 'shop', '1')
    expect(await find(rig, 'ConfigMap', 'old')).toBeDefined()
    await release({ objects: [map('settings', 'blue'), secret] }, 2)
    expect(await color(rig)).toBe('blue')
    expect((await actions(rig)).at(-2)).toBe('Started UPGRADE v4')
    expect(await find(rig, 'ConfigMap', 'old')).toBeUndefined()
    expect(helm('list', '-o', 'json')).toContain('"revision":"4"')
  })

  test('can be uninstalled by helm, and is installed again', async () => {
    helm('uninstall', 'shop')
    expect(await find(rig, 'ConfigMap', 'settings')).toBeUndefined()
    await release({ objects: [map('settings', 'red')] }, 3)
    expect((await actions(rig)).at(-2)).toBe('Started INSTALL v1')
    expect(await color(rig)).toBe('red')
  })
})
