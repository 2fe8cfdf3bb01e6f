import type { AnyEvent, ObjectRef } from '@tidemark/contracts'
import { readSource } from '@tidemark/flux'
import { causeFrom } from '@tidemark/service'
import { memoryTree, RecordingTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { Plane } from '../domain/plane.ts'
import { objectKey } from '../domain/source.ts'
import { declareSourceModel } from './declare-source.ts'
import type { Decided, ReleaserDeps } from './deps.ts'

test('charts of two clusters in one chart repository are one source, and its index another', async () => {
  const { declare, sourceOf } = releaser()
  for (const cluster of ['eu', 'us']) {
    await declare(repository({ url: 'https://charts.example.com' }), cluster)
    await declare(chart({ version: '6.x' }), cluster)
  }
  expect(sourceOf('HelmRepository', 'eu')).toBe(sourceOf('HelmRepository', 'us'))
  expect(sourceOf('HelmChart', 'eu')).toBe(sourceOf('HelmChart', 'us'))
  expect(sourceOf('HelmChart', 'eu')).not.toBe(sourceOf('HelmRepository', 'eu'))
})

test('a chart names the source that it is in, also one that is declared later or becomes another', async () => {
  const { declare, sourceOf, chartOf } = releaser()
  await declare(chart({ version: '6.x' }), 'eu')
  expect(chartOf('eu')?.upstreamSourceId).toBe('')
  await declare(repository({ url: 'https://charts.example.com' }), 'eu')
  expect(chartOf('eu')?.upstreamSourceId).toBe(sourceOf('HelmRepository', 'eu'))
  await declare(repository({ url: 'https://mirror.example.com' }), 'eu')
  expect(chartOf('eu')).toMatchObject({
    upstreamSourceId: sourceOf('HelmRepository', 'eu'),
    version: '6.x',
  })
})

test('a source with a Secret belongs to the cluster that has it', async () => {
  const { declare, sourceOf } = releaser()
  for (const cluster of ['eu', 'us'])
    await declare(
      repository({ url: 'https://charts.example.com', secretRef: { name: 'charts' } }),
      cluster,
    )
  expect(sourceOf('HelmRepository', 'eu')).not.toBe(sourceOf('HelmRepository', 'us'))
})

test('the changes of a chart that merges values files are counted, since its version says them', async () => {
  const { declare, chartOf } = releaser()
  await declare(chart({ version: '6.x' }), 'eu')
  await declare(chart({ version: '6.x', valuesFiles: ['prod.yaml'] }), 'eu')
  expect(chartOf('eu')?.objectGeneration).toBe(2n)
  await declare(chart({ version: '6.x', valuesFiles: ['prod.yaml'] }), 'eu')
  expect(chartOf('eu')?.objectGeneration).toBe(2n)
  await declare(chart({ version: '5.x', valuesFiles: ['prod.yaml'] }), 'eu')
  expect(chartOf('eu')?.objectGeneration).toBe(3n)
})

test('what is declared already records nothing', async () => {
  const { declare, recorded } = releaser()
  await declare(repository({ url: 'https://charts.example.com' }), 'eu')
  const before = recorded.length
  await declare(repository({ url: 'https://charts.example.com' }), 'eu')
  expect(recorded).toHaveLength(before)
  await declare(repository({ url: 'https://charts.example.com', suspend: true }), 'eu')
  expect(recorded.slice(before).map(({ type }) => type)).toEqual(['SourceDeclared'])
})

const NAMES = { HelmRepository: 'podinfo', HelmChart: 'shop-podinfo' }

type Kind = keyof typeof NAMES

interface Written {
  readonly kind: Kind
  readonly spec: Readonly<Record<string, unknown>>
}

function repository(spec: Readonly<Record<string, unknown>>): Written {
  return { kind: 'HelmRepository', spec: { interval: '5m', ...spec } }
}

function chart(spec: Readonly<Record<string, unknown>>): Written {
  const sourceRef = { kind: 'HelmRepository', name: NAMES.HelmRepository }
  return { kind: 'HelmChart', spec: { chart: 'podinfo', sourceRef, interval: '5m', ...spec } }
}

function refTo(kind: Kind, cluster: string): ObjectRef {
  const apiVersion = 'source.toolkit.fluxcd.io/v1'
  return { cluster, apiVersion, kind, namespace: 'shop', name: NAMES[kind] }
}

function releaser() {
  const plane = new Plane()
  const recorded: AnyEvent[] = []
  const record = (_: unknown, decided: readonly Decided[]): void => {
    for (const { stream, event } of decided) {
      plane.fold({ stream, version: plane.version(stream) + 1n, event })
      recorded.push(event)
    }
  }
  const tree = memoryTree([])
  const deps: ReleaserDeps = {
    plane,
    decisions: { record },
    library: {
      artifact: () => Promise.resolve(tree),
      reads: () => Promise.resolve(new RecordingTree(tree).reads()),
      manifests: () => Promise.resolve([]),
    },
    nowMs: () => 0,
  }
  const signal = new AbortController().signal
  const sourceOf = (kind: Kind, cluster: string) =>
    plane.sourceOf.get(objectKey(refTo(kind, cluster))) ?? ''
  return {
    recorded,
    sourceOf,
    chartOf: (cluster: string) => plane.source(sourceOf('HelmChart', cluster)).declared?.helmChart,
    declare: async ({ kind, spec }: Written, cluster: string): Promise<void> => {
      const ref = refTo(kind, cluster)
      const { apiVersion, namespace, name } = ref
      const read = readSource(kind, { apiVersion, kind, metadata: { namespace, name }, spec })
      if (read?.kind !== 'read') throw new Error(JSON.stringify(read))
      const parent = { id: 'root', cluster, project: 'default' }
      const cause = causeFrom(`${recorded.length}`)
      await declareSourceModel(deps, { model: read.model, ref, parent, cause }, signal)
    },
  }
}
