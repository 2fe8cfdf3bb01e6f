import { type AnyEvent, type ObjectRef } from '@tidemark/contracts'
import { causeFrom } from '@tidemark/service'
import { memoryTree, RecordingTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { Plane } from '../domain/plane.ts'
import { objectKey } from '../domain/source.ts'
import { withdrawImplied } from './declare-implied.ts'
import { declareObject } from './declare-object.ts'
import type { Decided, ReleaserDeps } from './deps.ts'

const ID = 'dev_apps_helmrelease_shop'
const sourceRef = { kind: 'HelmRepository', name: 'charts', namespace: 'infra' }

test('a HelmRelease is declared with the chart that Flux would make of it, beside the repository', async () => {
  const { declare, recorded, sourceOf } = releaser()
  await declare({ chart: { spec: { chart: 'shop', version: '1.x', sourceRef } } })
  expect(recorded.map(({ type }) => type)).toEqual(['SourceDeclared', 'ApplicationDeclared'])
  const [source, application] = recorded
  expect(source?.value).toMatchObject({
    object: { kind: 'HelmChart', namespace: 'infra', name: 'apps-shop' },
    declaredBy: ID,
    helmChart: { chart: 'shop', version: '1.x' },
  })
  expect(application?.value).toMatchObject({ applicationId: ID, sourceId: sourceOf() })
})

test('a chart that is another one is declared anew, and one that is no longer implied withdrawn', async () => {
  const { declare, recorded, sourceOf } = releaser()
  await declare({ chart: { spec: { chart: 'shop', version: '1.x', sourceRef } } })
  const first = sourceOf()
  await declare({ chart: { spec: { chart: 'shop', version: '2.x', sourceRef } } })
  expect(sourceOf()).not.toBe(first)
  await declare({ chartRef: { kind: 'OCIRepository', name: 'shop' } })
  expect(sourceOf()).toBeUndefined()
  expect(recorded.at(-2)?.type).toBe('SourceWithdrawn')
})

test('what is declared already records nothing', async () => {
  const { declare, recorded } = releaser()
  const spec = { chart: { spec: { chart: 'shop', sourceRef } } }
  await declare(spec)
  const before = recorded.length
  await declare(spec)
  expect(recorded).toHaveLength(before)
})

test('a chart that cannot be used is refused with the object that implies it, and what ran goes on', async () => {
  const { declare, recorded } = releaser()
  await declare({ chart: { spec: { chart: 'shop', sourceRef } }, interval: 'often' })
  expect(recorded.map(({ type }) => type)).toEqual(['ApplicationRefused'])
  expect(recorded[0]?.value).toMatchObject({ message: expect.stringContaining('spec.interval') })
})

test('the chart goes with the application', async () => {
  const { declare, deps, sourceOf } = releaser()
  await declare({ chart: { spec: { chart: 'shop', sourceRef } } })
  withdrawImplied(deps, ID, causeFrom('gone'))
  expect(sourceOf()).toBeUndefined()
})

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
  const chart = { cluster: 'dev', kind: 'HelmChart', namespace: 'infra', name: 'apps-shop' }
  return {
    deps,
    recorded,
    sourceOf: () => plane.sourceOf.get(objectKey(chart)),
    declare: async (spec: Readonly<Record<string, unknown>>): Promise<void> => {
      const apiVersion = 'helm.toolkit.fluxcd.io/v2'
      const names = { namespace: 'apps', name: 'shop' }
      const ref: ObjectRef = { cluster: 'dev', apiVersion, kind: 'HelmRelease', ...names }
      const object = {
        apiVersion,
        kind: ref.kind,
        metadata: names,
        spec: { interval: '5m', ...spec },
      }
      const parent = { id: 'root', cluster: 'dev', project: 'default' }
      const cause = causeFrom(`${recorded.length}`)
      await declareObject(deps, { object, ref, parent, cause }, new AbortController().signal)
    },
  }
}
