import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  describeRelease,
  type DescribedRelease,
  readReleaseSecret,
  releaseSecret,
  releaseSelector,
  type StoredRelease,
  withHookRuns,
  withStatus,
} from '@tidemark/apply'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { directAccess, KubeClient } from '@tidemark/kube'
import { type JsonObject, readManifest } from '@tidemark/manifests'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { type ApiServer, startApiServer } from '../rig/components/api-server.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'

const STARTED_MS = 60_000
const NAMESPACE = 'default'

describeWith(
  ['etcd', 'kube-apiserver', 'helm'],
  'the records of releases, as helm sees them',
  () => {
    const dir = temporaryDir('helm-records')
    let server: ApiServer
    let client: KubeClient
    const signal = AbortSignal.timeout(STARTED_MS * 4)
    beforeAll(async () => {
      server = await startApiServer()
      const { url, token, caFile } = server
      client = new KubeClient({
        cluster: 'test',
        access: directAccess({ server: url, token, ca: readFileSync(caFile, 'utf8') }),
        clock: systemClock,
        random: systemRandom,
      })
    }, STARTED_MS)
    afterAll(async () => {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      dir.remove()
    })

    function helm(...args: readonly string[]): string {
      const env = { PATH: process.env['PATH'], HOME: dir.path }
      const all = [...args, '--kubeconfig', server.kubeconfig, '-n', NAMESPACE]
      const { status, stdout, stderr } = spawnSync(program('helm'), all, { env, encoding: 'utf8' })
      return status === 0 ? stdout : `${status}: ${stderr}`
    }

    async function write(stored: StoredRelease): Promise<void> {
      const secret = releaseSecret(stored, { storageNamespace: NAMESPACE, nowMs: AT_MS })
      const ref = readManifest(secret, 'record').identity
      const options = { fieldManager: 'tidemark', conflicts: 'taken' } as const
      const answer = await client.apply({ ref, body: JSON.stringify(secret) }, options, signal)
      expect(answer).toMatchObject({ kind: 'written' })
    }

    async function read(name: string): Promise<readonly StoredRelease[]> {
      const kind = { group: '', version: 'v1', kind: 'Secret' }
      const selection = { namespace: NAMESPACE, labelSelector: releaseSelector(name) }
      const listed = await client.list(kind, selection, signal)
      if (listed.kind !== 'listed') throw new Error(listed.message)
      return listed.objects.map(readReleaseSecret)
    }

    test('what we write is a release with a history, values, manifest, notes and hooks', async () => {
      const first = describeRelease({ ...SHOP, revision: 1, status: 'deployed' })
      const ran = withHookRuns(first, [
        {
          kind: 'Job',
          name: 'migrate',
          startedMs: AT_MS,
          completedMs: AT_MS + 1,
          phase: 'Succeeded',
        },
      ])
      await write({ record: ran, labels: { team: 'web' } })
      await write({ record: withStatus(ran, { status: 'superseded' }), labels: { team: 'web' } })
      await write({ record: describeRelease({ ...SHOP, revision: 2 }), labels: {} })

      expect(JSON.parse(helm('list', '-o', 'json'))).toMatchObject([
        { name: 'shop', revision: '2', status: 'deployed', chart: 'web-1.2.3', app_version: '9' },
      ])
      expect(JSON.parse(helm('history', 'shop', '-o', 'json'))).toMatchObject([
        { revision: 1, status: 'superseded', chart: 'web-1.2.3', description: 'Install complete' },
        { revision: 2, status: 'deployed' },
      ])
      expect(JSON.parse(helm('status', 'shop', '-o', 'json'))).toMatchObject({
        info: { status: 'deployed', notes: 'Have fun.\n' },
      })
      expect(JSON.parse(helm('get', 'values', 'shop', '-o', 'json'))).toEqual({ color: 'green' })
      expect(helm('get', 'manifest', 'shop')).toContain(
        'kind: ConfigMap\nmetadata:\n  name: settings\n',
      )
      expect(helm('get', 'notes', 'shop')).toContain('Have fun.')
      expect(helm('get', 'hooks', 'shop')).toContain('kind: Job')
      expect(helm('status', 'shop', '--revision', '1')).toContain('STATUS: superseded')
    })

    test('what helm has written is read, goes back with another status, and helm goes on from it', async () => {
      const chart = join(dir.path, 'small')
      mkdirSync(join(chart, 'templates'), { recursive: true })
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: small\nversion: 0.1.0\n')
      writeFileSync(join(chart, 'values.yaml'), 'color: red\n')
      writeFileSync(join(chart, 'templates/settings.yaml'), TEMPLATE)
      expect(helm('install', 'small', chart, '--set', 'color=blue')).toContain('STATUS: deployed')
      const [stored] = await read('small')
      expect(stored?.record).toMatchObject({ name: 'small', revision: 1, status: 'deployed' })
      expect(stored?.record.json).toMatchObject({ config: { color: 'blue' } })
      if (stored === undefined) return
      await write({ ...stored, record: withStatus(stored.record, { status: 'failed' }) })
      expect(helm('history', 'small')).toContain('failed')
      expect(helm('upgrade', 'small', chart, '--reuse-values')).toContain('STATUS: deployed')
      expect(await read('small')).toHaveLength(2)
    })
  },
)

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5)
const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: { name: small }
data: { color: {{ .Values.color }} }
`
const SETTINGS: JsonObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { color: 'green' },
}
const MIGRATE: JsonObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', annotations: { 'helm.sh/hook': 'pre-install' } },
}
const SHOP: DescribedRelease = {
  name: 'shop',
  namespace: NAMESPACE,
  revision: 1,
  status: 'deployed',
  description: 'Install complete',
  firstDeployedMs: AT_MS,
  lastDeployedMs: AT_MS,
  notes: 'Have fun.\n',
  chart: { apiVersion: 'v2', name: 'web', version: '1.2.3', appVersion: '9' },
  config: { color: 'green' },
  objects: [SETTINGS],
  hooks: [
    {
      manifest: readManifest(MIGRATE, 'hook'),
      path: 'web/templates/migrate.yaml',
      events: ['pre-install'],
      weight: -1,
      deletePolicies: [],
    },
  ],
}
