import { describe, expect, test } from 'vitest'
import { freshValues, GoMap, toBytes } from '@tidemark/go-template'
import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { memoryTree, writeArchive } from '@tidemark/source-tree'
import { loadChart, loadChartArchive } from '../chart/load-chart.ts'
import { mergeValues } from '../values/merge-values.ts'
import { printRelease } from './print-release.ts'
import { renderChart, type RenderOptions } from './render-chart.ts'

const FILES: Readonly<Record<string, string>> = {
  'Chart.yaml':
    'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: db, version: 1.x, alias: store}]\n',
  'values.yaml': 'who: you\nstore: {size: 2}\n',
  '.helmignore': '*.bak\n',
  'crds/shop.yaml': 'kind: CustomResourceDefinition\n',
  'templates/NOTES.txt': 'Hello {{ .Values.who }}, {{ .Subcharts.store.Values.size }} stores.\n',
  'templates/web.yaml': 'kind: Service\nmetadata: {name: web}\n',
  'templates/old.yaml.bak': '{{ fail "ignored" }}',
  'templates/jobs.yaml': `kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install, pre-upgrade
    helm.sh/hook-weight: "-5"
    helm.sh/hook-delete-policy: before-hook-creation, hook-succeeded
---
kind: Job
metadata:
  name: seed
  annotations: {helm.sh/hook: post-install}
`,
  'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.2.0\n',
  'charts/db/crds/db.yaml': 'kind: CustomResourceDefinition\n',
  'charts/db/templates/db.yaml':
    'kind: StatefulSet\nmetadata: {name: db}\nsize: {{ .Values.size }}\n',
}

const OPTIONS: RenderOptions = {
  release: { name: 'live', namespace: 'shop' },
  values: mergeValues({}),
  generated: freshValues({ random: seededRandom(1), clock: new VirtualClock() }),
}

function entriesOf(files: Readonly<Record<string, string>>): [string, Uint8Array][] {
  return Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])
}

describe('a rendered chart', () => {
  const rendered = renderChart(loadChart(memoryTree(entriesOf(FILES))), OPTIONS)

  test('has its hooks as data, by weight', () => {
    expect(
      rendered.hooks.map(({ head, events, weight, deletePolicies }) => ({
        name: head.name,
        events,
        weight,
        deletePolicies,
      })),
    ).toEqual([
      {
        name: 'migrate',
        events: ['pre-install', 'pre-upgrade'],
        weight: -5,
        deletePolicies: ['before-hook-creation', 'hook-succeeded'],
      },
      { name: 'seed', events: ['post-install'], weight: 0, deletePolicies: [] },
    ])
  })

  test('has what is installed in the order of kinds, without hooks, notes and what is ignored', () => {
    expect(rendered.manifests.map(({ source }) => source)).toEqual([
      'shop/templates/web.yaml',
      'shop/charts/store/templates/db.yaml',
    ])
  })

  test('has its notes, which see the subcharts', () => {
    expect(rendered.notes).toBe('Hello you, 2 stores.\n')
  })

  test('has the definitions of its own and of its subcharts beside it', () => {
    expect(rendered.crds.map(({ source }) => source)).toEqual([
      'shop/crds/shop.yaml',
      'shop/charts/store/crds/db.yaml',
    ])
  })

  test('is the same from a packaged archive', () => {
    const packed = entriesOf(FILES)
      .filter(([path]) => !path.endsWith('.bak'))
      .map(([path, bytes]): [string, Uint8Array] => [`shop/${path}`, bytes])
    const packaged = writeArchive(memoryTree(packed))
    const again = renderChart(loadChartArchive(packaged), OPTIONS)
    const print = { includeCrds: true }
    expect(printRelease(again, print)).toBe(printRelease(rendered, print))
  })
})

test('a look-up is answered by the port, and told', () => {
  const asked: string[] = []
  const chart = loadChart(
    memoryTree(
      entriesOf({
        'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
        'templates/NOTES.txt':
          '{{ (lookup "v1" "Secret" .Release.Namespace "db").data.password }}, {{ lookup "v1" "Secret" "" "" | len }}',
      }),
    ),
  )
  const { notes, reads } = renderChart(chart, {
    ...OPTIONS,
    lookup: {
      lookup: ({ apiVersion, kind, namespace, name }) => {
        asked.push([apiVersion, kind, namespace, name].join('/'))
        const data = new GoMap(new Map([['password', toBytes('c2VjcmV0')]]))
        return name === '' ? new GoMap() : new GoMap(new Map([['data', data]]))
      },
    },
  })
  expect(notes).toBe('c2VjcmV0, 0')
  expect(asked).toEqual(['v1/Secret/shop/db', 'v1/Secret//'])
  expect(reads.lookups).toEqual(['v1/Secret//', 'v1/Secret/shop/db'])
})
