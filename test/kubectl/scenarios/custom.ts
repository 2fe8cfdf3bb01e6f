import { apply, create, get, patch, put, remove, type Scenario, type Step } from '../scenario.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const SPEC = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1 },
    mode: { type: 'string', enum: ['fast', 'slow'], default: 'slow' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    list: { type: 'array', items: { type: 'string' } },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          port: { 'x-kubernetes-int-or-string': true },
          protocol: { type: 'string', default: 'TCP' },
        },
      },
    },
    whole: {
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    until: { type: 'string', format: 'date-time' },
    maybe: { type: 'string', nullable: true },
  },
}

function definition(id: string, scope = 'Namespaced'): unknown {
  const kind = `Widget${id}`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widget${id}s.NS.example.com` },
    spec: {
      group: 'NS.example.com',
      scope,
      names: { plural: `widget${id}s`, kind, shortNames: [`wd${id}`] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Mode', type: 'string', jsonPath: '.spec.mode', priority: 1 },
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: SPEC,
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  }
}

function served(id: string): Step {
  return { method: 'GET', path: `/apis/NS.example.com/v1/widget${id}s`, until: 200 }
}

function widget(id: string, spec: unknown, more: Record<string, unknown> = {}): unknown {
  return {
    apiVersion: 'NS.example.com/v1',
    kind: `Widget${id}`,
    metadata: { name: 'w' },
    spec,
    ...more,
  }
}

const at = (id: string): string => `/apis/NS.example.com/v1/namespaces/NS/widget${id}s`

export const CUSTOM_SCENARIOS: readonly Scenario[] = [
  {
    name: 'custom resources are pruned, defaulted, validated and owned by their schema',
    steps: [
      { ...create(CRDS, definition('a')), until: 201 },
      served('a'),
      create(
        at('a'),
        widget('a', {
          size: 1,
          unknown: 2,
          list: ['x'],
          tags: ['t'],
          ports: [{ name: 'p', port: 'x' }],
          whole: { a: '1' },
          free: { any: { thing: [1] } },
        }),
        'fieldManager=creator&fieldValidation=Ignore',
      ),
      apply(
        `${at('a')}/w`,
        widget('a', {
          size: 2,
          tags: ['u'],
          ports: [{ name: 'q', port: 8080 }],
          whole: { b: '2' },
          free: { more: 1 },
        }),
      ),
      apply(
        `${at('a')}/w`,
        widget('a', {
          size: 2,
          tags: ['u'],
          ports: [{ name: 'q', port: 8080 }],
          whole: { b: '2' },
          free: { more: 1 },
        }),
        { force: true },
      ),
      apply(`${at('a')}/w`, widget('a', { size: 2, tags: ['v'], labels: { x: 'y' } })),
      apply(`${at('a')}/w`, widget('a', { size: 2, mode: 'fast', list: ['y'], maybe: null }), {
        manager: 'bob',
        force: true,
      }),
      put(`${at('a')}/w`, widget('a', { size: 3 })),
      patch(`${at('a')}/w`, 'merge-patch', { spec: { size: 4 }, status: { phase: 'x' } }),
      patch(`${at('a')}/w/status`, 'merge-patch', { spec: { size: 5 }, status: { phase: 'x' } }),
      apply(`${at('a')}/w/status`, widget('a', { size: 9 }, { status: { phase: 'y', n: 1 } }), {
        force: true,
      }),
      { ...patch(`${at('a')}/w`, 'strategic-merge-patch', { spec: { size: 4 } }), loosely: true },
      get(`${at('a')}/w`),
      get(at('a')),
      { ...get(at('a')), accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      remove(`${at('a')}/w`),
      { ...remove(`${CRDS}/widgetas.NS.example.com`), loosely: true },
    ],
  },
  {
    name: 'custom resources that break their schema are refused',
    steps: [
      { ...create(CRDS, definition('b')), until: 201 },
      served('b'),
      create(at('b'), widget('b', {})),
      { ...create(at('b'), widget('b', { size: 0, mode: 'other' })), loosely: true },
      create(at('b'), widget('b', { size: 0 })),
      create(at('b'), widget('b', { size: 1, mode: 'other' })),
      create(at('b'), widget('b', { size: 'big' })),
      create(at('b'), widget('b', { size: 1, labels: { a: 1 } })),
      create(
        at('b'),
        widget('b', { size: 1, unknown: 1 }),
        'fieldManager=c&fieldValidation=Strict',
      ),
      apply(`${at('b')}/w`, widget('b', { size: 1, unknown: 1 })),
      apply(`${at('b')}/w`, widget('b', { mode: 'fast' })),
      apply(`${at('b')}/w`, widget('b', { size: 1, ports: [{ port: 1 }] })),
      apply(`${at('b')}/w`, widget('b', { size: 1, tags: ['a', 'a'] })),
      apply(`${at('b')}/w`, widget('b', { size: 1, list: ['a', 'a'] })),
      create(at('b'), widget('b', { size: 1 })),
      { ...remove(`${CRDS}/widgetbs.NS.example.com`), until: 200 },
    ],
  },
]
