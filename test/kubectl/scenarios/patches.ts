import { create, get, patch, type Scenario } from '../scenario.ts'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/NS/deployments'
const DEPLOYMENT = `${DEPLOYMENTS}/web`

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'web', image: 'nginx:1.27', args: ['a', 'b'], env: [{ name: 'A', value: '1' }] },
          { name: 'side', image: 'busybox:1', ports: [{ containerPort: 80 }] },
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    },
  },
}

function template(spec: unknown): unknown {
  return { spec: { template: { spec } } }
}

export const PATCH_SCENARIOS: readonly Scenario[] = [
  {
    name: 'strategic merge patches merge lists by their keys and follow directives',
    steps: [
      create(DEPLOYMENTS, WEB),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({ containers: [{ name: 'web', image: 'nginx:1.28' }] }),
      ),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({ containers: [{ name: 'third', image: 'x:1' }] }),
      ),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({ containers: [{ name: 'side', $patch: 'delete' }] }),
      ),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({ containers: [{ name: 'web', args: ['c'], env: [{ name: 'B', value: '2' }] }] }),
      ),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({
          '$setElementOrder/containers': [{ name: 'third' }, { name: 'web' }],
          containers: [{ name: 'third', image: 'x:2' }],
        }),
      ),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({
          volumes: [{ name: 'data', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/y' } }],
        }),
      ),
      patch(DEPLOYMENT, 'strategic-merge-patch', {
        spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      }),
      patch(
        DEPLOYMENT,
        'strategic-merge-patch',
        template({ containers: [{ $patch: 'replace' }, { name: 'only', image: 'y:1' }] }),
      ),
      patch(DEPLOYMENT, 'strategic-merge-patch', {
        metadata: { labels: { $patch: 'replace', other: 'x' } },
      }),
      patch(DEPLOYMENT, 'strategic-merge-patch', template({ containers: [{ image: 'no-name' }] })),
    ],
  },
  {
    name: 'strategic merge patches keep sets',
    steps: [
      create('/api/v1/namespaces/NS/configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'c', finalizers: ['e.com/a', 'e.com/b'] },
      }),
      patch('/api/v1/namespaces/NS/configmaps/c', 'strategic-merge-patch', {
        metadata: { finalizers: ['e.com/c'] },
      }),
      patch('/api/v1/namespaces/NS/configmaps/c', 'strategic-merge-patch', {
        metadata: { '$deleteFromPrimitiveList/finalizers': ['e.com/a'] },
      }),
      patch('/api/v1/namespaces/NS/configmaps/c', 'merge-patch', {
        metadata: { finalizers: null },
      }),
    ],
  },
  {
    name: 'JSON patches add, replace, remove, move, copy and test',
    steps: [
      create(DEPLOYMENTS, WEB),
      patch(DEPLOYMENT, 'json-patch', [{ op: 'replace', path: '/spec/replicas', value: 4 }]),
      patch(DEPLOYMENT, 'json-patch', [{ op: 'add', path: '/metadata/labels/a~1b', value: 'x' }]),
      patch(DEPLOYMENT, 'json-patch', [{ op: 'remove', path: '/metadata/labels/a~1b' }]),
      patch(DEPLOYMENT, 'json-patch', [
        { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'z', image: 'z:1' } },
      ]),
      patch(DEPLOYMENT, 'json-patch', [
        { op: 'copy', from: '/metadata/labels/app', path: '/metadata/labels/copy' },
      ]),
      patch(DEPLOYMENT, 'json-patch', [
        { op: 'move', from: '/metadata/labels/copy', path: '/metadata/labels/moved' },
      ]),
      patch(DEPLOYMENT, 'json-patch', [
        { op: 'test', path: '/spec/replicas', value: 4 },
        { op: 'replace', path: '/spec/replicas', value: 5 },
      ]),
      {
        ...patch(DEPLOYMENT, 'json-patch', [{ op: 'test', path: '/spec/replicas', value: 4 }]),
        loosely: true,
      },
      {
        ...patch(DEPLOYMENT, 'json-patch', [{ op: 'remove', path: '/metadata/labels/none' }]),
        loosely: true,
      },
      { ...patch(DEPLOYMENT, 'json-patch', { op: 'remove' }), loosely: true },
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'merge patches replace lists and drop nulls',
    steps: [
      create(DEPLOYMENTS, WEB),
      patch(DEPLOYMENT, 'merge-patch', { metadata: { labels: { app: null, x: 'y' } } }),
      patch(DEPLOYMENT, 'merge-patch', template({ containers: [{ name: 'n', image: 'n:1' }] })),
      patch(DEPLOYMENT, 'merge-patch', template({ volumes: null })),
      patch(DEPLOYMENT, 'merge-patch', {}),
    ],
  },
]
