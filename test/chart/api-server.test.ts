import { field, isJsonList, textField, type JsonObject } from '@tidemark/manifests'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApiServer, type ApiServer } from '../rig/components/api-server.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import {
  CASES,
  NAMESPACE,
  objectsOf,
  ofKind,
  tidemarkRender,
  type Printed,
} from './render-chart.ts'

/** Of the Prometheus operator: the kind that the chart can use where a cluster has it. */
const SERVICE_MONITORS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'servicemonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: {
      kind: 'ServiceMonitor',
      listKind: 'ServiceMonitorList',
      plural: 'servicemonitors',
      singular: 'servicemonitor',
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
}

/** A namespace that refuses pods which are not as strict as can be. */
const RESTRICTED = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: NAMESPACE,
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    },
  },
}

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'the chart on a real API server', () => {
  let server: ApiServer
  beforeAll(async () => {
    server = await startApiServer()
    for (const object of [RESTRICTED, SERVICE_MONITORS])
      must(kubectl(server, object, 'apply', '--server-side'))
    const served = [
      'wait',
      '--for=condition=Established',
      'crd/servicemonitors.monitoring.coreos.com',
    ]
    must(kubectl(server, undefined, ...served))
  }, 120_000)
  afterAll(() => server[Symbol.asyncDispose]())

  test.each(CASES)(
    'each object is taken with %s, without a warning',
    (_, flags) => {
      for (const object of objectsOf(tidemarkRender(flags))) {
        const strict = ['apply', '--server-side', '--force-conflicts', '--validate=strict']
        const taken = kubectl(server, object, ...strict)
        expect({ ...taken, object: textField(object, 'kind') }).toMatchObject({ code: 0, err: '' })
      }
    },
    120_000,
  )

  test.each(CASES)(
    'each pod is as strict as the namespace asks with %s',
    (_, flags) => {
      const deployments = ofKind(objectsOf(tidemarkRender(flags)), 'Deployment')
      expect(deployments).toHaveLength(7)
      for (const deployment of deployments) {
        const created = kubectl(server, podOf(deployment), 'create', '--dry-run=server')
        expect(created).toMatchObject({ code: 0, err: '' })
      }
    },
    120_000,
  )

  test('a pod that is not is refused there, so the test above can fail', () => {
    const [deployment] = ofKind(objectsOf(tidemarkRender([])), 'Deployment')
    const pod = podOf(deployment ?? {})
    const containers = field(pod, 'spec', 'containers')
    const [container] = isJsonList(containers) ? containers : []
    const loose = { ...Object(container), securityContext: {} }
    const refused = { ...pod, spec: { ...Object(field(pod, 'spec')), containers: [loose] } }
    const answer = kubectl(server, refused, 'create', '--dry-run=server')
    expect(answer.err).toContain('violates PodSecurity "restricted:latest"')
  })
})

/** A pod as the controllers would make it of a Deployment. */
function podOf(deployment: JsonObject): JsonObject {
  const template = Object(field(deployment, 'spec', 'template'))
  const metadata = { ...template.metadata, namespace: NAMESPACE, generateName: 'pod-' }
  return { apiVersion: 'v1', kind: 'Pod', ...template, metadata }
}

function must({ code, err }: Printed): void {
  if (code !== 0) throw new Error(`kubectl ended with ${code}: ${err}`)
}

function kubectl(server: ApiServer, object: unknown, ...args: readonly string[]): Printed {
  const input = object === undefined ? [] : ['--filename', '-']
  const { status, stdout, stderr } = spawnSync(
    program('kubectl'),
    ['--kubeconfig', server.kubeconfig, ...args, ...input],
    { encoding: 'utf8', ...(object === undefined ? {} : { input: JSON.stringify(object) }) },
  )
  return { code: status, out: stdout, err: stderr }
}
