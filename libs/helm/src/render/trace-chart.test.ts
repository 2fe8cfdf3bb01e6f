import { describe, expect, test } from 'vitest'
import { freshValues, toBytes } from '@tidemark/go-template'
import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { type Chart } from '../chart/chart.ts'
import { loadChartFiles } from '../chart/load-chart.ts'
import { mergeValues } from '../values/merge-values.ts'
import { type RenderOptions, renderChart } from './render-chart.ts'
import { type FieldOrigin, traceChart } from './trace-chart.ts'

const FILES = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'values.yaml': 'image:\n  name: nginx\n  tag: "1"\nlabels:\n  tier: web\nreplicas: 2\n',
  'templates/_helpers.tpl':
    '{{- define "shop.labels" -}}\napp: {{ .Chart.Name }}\ntier: {{ .Values.labels.tier }}\n{{- end }}\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: shop
          image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
`,
}

function chart(): Chart {
  return loadChartFiles(
    Object.entries(FILES).map(([name, text]) => ({ name, data: toBytes(text) })),
  )
}

const file = mergeValues({ files: [{ name: 'prod.yaml', text: 'image: {tag: "2"}\n' }] })

function options(): RenderOptions {
  const clock = new VirtualClock()
  return {
    release: { name: 'live', namespace: 'default' },
    values: file,
    generated: freshValues({ random: seededRandom(1), clock }),
    clock,
  }
}

const { fields, rendered } = traceChart(chart(), options(), [{ name: 'prod.yaml', values: file }])

function origin(object: string, path: string): FieldOrigin | undefined {
  return fields.find((field) => field.object === object && field.path === path)
}

describe('a traced render', () => {
  test('gives the same files as one that is not traced', () => {
    expect(rendered.files).toEqual(renderChart(chart(), options()).files)
  })

  test('tells the template line and the file of each value', () => {
    expect(origin('Deployment/live', 'spec.template.spec.containers[0].image')).toEqual({
      object: 'Deployment/live',
      path: 'spec.template.spec.containers[0].image',
      template: 'shop/templates/deployment.yaml',
      line: 13,
      values: [
        { key: 'image.name', file: 'values.yaml' },
        { key: 'image.tag', file: 'prod.yaml' },
      ],
    })
  })

  test('tells the line of the template that another one included', () => {
    expect(origin('Deployment/live', 'metadata.labels.tier')).toMatchObject({
      template: 'shop/templates/_helpers.tpl',
      line: 3,
      values: [{ key: 'labels.tier', file: 'values.yaml' }],
    })
  })

  test('tells literal text its own line', () => {
    expect(origin('Deployment/live', 'spec.template.spec.containers[0].name')).toMatchObject({
      line: 12,
      values: [],
    })
  })

  test('keeps documents of one file apart', () => {
    expect(origin('Service/live', 'metadata.name')).toMatchObject({ line: 18 })
  })
})
