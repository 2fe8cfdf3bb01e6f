import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { RenderRefused } from './render-refused.ts'
import { renderKustomization } from './render-kustomization.ts'

const BROKEN = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [left\n'
const OBJECT = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'pair', namespace: 'flux-system' },
  spec: {
    interval: '10m',
    path: './apps/pair',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'flux-system' },
  },
}

function refusalOf(files: Record<string, string>): RenderRefused | undefined {
  try {
    renderKustomization(memoryTree(Object.entries(files)), OBJECT)
    return undefined
  } catch (error) {
    return error instanceof RenderRefused ? error : undefined
  }
}

test('a broken manifest is named with its line, with a kustomization.yaml and without one', () => {
  const listed = {
    'apps/pair/kustomization.yaml': 'resources: [left.yaml]\n',
    'apps/pair/left.yaml': BROKEN,
  }
  for (const files of [{ 'apps/pair/left.yaml': BROKEN }, listed]) {
    const refused = refusalOf(files)
    expect(refused?.file).toBe('apps/pair/left.yaml')
    expect(refused?.message).toMatch(/^apps\/pair\/left\.yaml:\d+: /u)
    expect(refused?.line).toBeGreaterThan(3)
  }
})
