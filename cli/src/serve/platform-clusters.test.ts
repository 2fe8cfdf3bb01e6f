import { ClusterAccess } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { platformAccess } from './platform-clusters.ts'

const dir = mkdtempSync(join(tmpdir(), 'tidemark-clusters-'))
afterAll(() => rmSync(dir, { recursive: true }))
const own = join(dir, 'own')
const other = join(dir, 'other')
for (const path of [own, other])
  writeFileSync(
    path,
    `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://a.example"}}]
users: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, interactiveMode: Never}}}]
contexts: [{name: prod, context: {cluster: a, user: a}}]
`,
  )

function registered(path: string): { readonly cluster: string; readonly access: ClusterAccess } {
  const value = { context: 'prod', path }
  const kind = { $case: 'kubeconfigContext', value } as const
  return { cluster: 'prod', access: ClusterAccess.fromPartial({ kind }) }
}

test('a program signs in for a context of the file that the applier was given', async () => {
  const clusters = { kubeconfig: own, clock: systemClock }
  expect(await platformAccess(clusters, registered(''))).toMatchObject({
    server: 'https://a.example',
  })
})

test('a file that a registration names runs no program', async () => {
  const clusters = { kubeconfig: own, clock: systemClock }
  await expect(platformAccess(clusters, registered(other))).rejects.toThrow(
    'user "a" runs a program to sign in, which is not allowed here',
  )
})

test('a cluster of no file is refused by name', async () => {
  const clusters = { kubeconfig: undefined, clock: systemClock }
  await expect(platformAccess(clusters, registered(''))).rejects.toThrow(
    'TIDEMARK_KUBECONFIG is not set: it gives the context of prod',
  )
  const sandbox = { cluster: 'dev', access: ClusterAccess.fromPartial({}) }
  await expect(platformAccess(clusters, sandbox)).rejects.toThrow('cluster dev is no cluster of')
})
