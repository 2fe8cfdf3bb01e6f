import { apply, create, get, patch, put, remove, type Scenario } from '../scenario.ts'

const MAPS = '/api/v1/namespaces/NS/configmaps'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/NS/deployments'

function named(kind: string, name: string, more: Record<string, unknown> = {}): object {
  const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'v1'
  return { apiVersion, kind, metadata: { name }, ...more }
}

function deployment(spec: Record<string, unknown>): object {
  return named('Deployment', 'web', { spec })
}

const TEMPLATE = {
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'x', image: 'x:1' }] },
}
const SELECTOR = { matchLabels: { app: 'x' } }

function service(name: string, spec: Record<string, unknown>): unknown {
  return named('Service', name, { spec })
}

export const ERROR_SCENARIOS: readonly Scenario[] = [
  {
    name: 'what is not there is not found',
    steps: [
      get(`${MAPS}/none`),
      get(`${DEPLOYMENTS}/none`),
      remove(`${MAPS}/none`),
      put(`${MAPS}/none`, named('ConfigMap', 'none')),
      patch(`${MAPS}/none`, 'merge-patch', {}),
      patch(`${DEPLOYMENTS}/none`, 'strategic-merge-patch', {}),
      create('/api/v1/namespaces/no-such-namespace/configmaps', named('ConfigMap', 'a')),
      apply('/api/v1/namespaces/no-such-namespace/configmaps/a', named('ConfigMap', 'a')),
      get('/api/v1/namespaces/no-such-namespace/configmaps'),
      apply(`${DEPLOYMENTS}/none/status`, named('Deployment', 'none', { status: { replicas: 1 } })),
    ],
  },
  {
    name: 'paths and kinds that are not served',
    steps: [
      { ...get('/api/v1/namespaces/NS/gadgets'), loosely: true },
      { ...get('/apis/none.example.com/v1/things'), loosely: true },
      { ...get('/nowhere'), loosely: true },
      {
        method: 'PUT',
        path: MAPS,
        type: 'application/json',
        body: named('ConfigMap', 'a'),
        loosely: true,
      },
      {
        method: 'POST',
        path: `${MAPS}/a`,
        type: 'application/json',
        body: named('ConfigMap', 'a'),
        loosely: true,
      },
      { ...get(`${MAPS}/a/status`), loosely: true },
    ],
  },
  {
    name: 'bodies that are no object of the kind',
    steps: [
      { ...create(MAPS, '{"apiVersion":'), loosely: true },
      { ...create(MAPS, '[]'), loosely: true },
      {
        ...create(MAPS, '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}'),
        loosely: true,
      },
      {
        ...create(MAPS, { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } }),
        loosely: true,
      },
      { ...create(MAPS, named('ConfigMap', 'a', { data: { a: 1 } })), loosely: true },
      create(DEPLOYMENTS, deployment({ replicas: 'three' })),
      { ...create(DEPLOYMENTS, deployment({ selector: 'x' })), loosely: true },
      { method: 'POST', path: MAPS, type: 'text/plain', body: 'x', loosely: true },
      { ...create(MAPS, named('ConfigMap', 'a', { metadata: { name: 'a', namespace: 'other' } })) },
      apply(`${MAPS}/a`, named('ConfigMap', 'b')),
      apply(`${MAPS}/a`, named('Secret', 'a')),
      apply(`${MAPS}/a`, named('ConfigMap', 'a', { metadata: { name: 'a', managedFields: [] } })),
      { ...apply(`${MAPS}/a`, named('ConfigMap', 'a')), path: `${MAPS}/a` },
      apply(`${MAPS}/a`, named('ConfigMap', 'a', { data: ['x'] })),
      apply(
        `${DEPLOYMENTS}/web`,
        deployment({ replicas: 'three', selector: SELECTOR, template: TEMPLATE }),
      ),
      apply(
        `${DEPLOYMENTS}/web`,
        deployment({ unknown: 1, selector: SELECTOR, template: TEMPLATE }),
      ),
      apply(
        `${DEPLOYMENTS}/web`,
        deployment({ selector: SELECTOR, template: { spec: { containers: [{ image: 'x' }] } } }),
      ),
    ],
  },
  {
    name: 'unknown fields are refused, told or dropped',
    steps: [
      create(
        DEPLOYMENTS,
        { ...deployment({ selector: SELECTOR, template: TEMPLATE, foo: 1 }), bar: 2 },
        'fieldManager=c&fieldValidation=Strict',
      ),
      create(
        DEPLOYMENTS,
        deployment({
          selector: SELECTOR,
          template: {
            ...TEMPLATE,
            spec: { containers: [{ name: 'x', image: 'x:1', imagePullPolice: 'y' }] },
          },
        }),
        'fieldManager=c&fieldValidation=Strict',
      ),
      create(
        DEPLOYMENTS,
        deployment({ selector: SELECTOR, template: TEMPLATE, foo: 1 }),
        'fieldManager=c&fieldValidation=Warn',
      ),
      patch(`${DEPLOYMENTS}/web`, 'merge-patch', { spec: { foo: 2, replicas: 2 } }),
      put(
        `${DEPLOYMENTS}/web`,
        deployment({ selector: SELECTOR, template: TEMPLATE, foo: 1 }),
        'fieldManager=c&fieldValidation=Strict',
      ),
    ],
  },
  {
    name: 'workloads that cannot run are refused',
    steps: [
      create(DEPLOYMENTS, deployment({})),
      create(
        DEPLOYMENTS,
        deployment({
          selector: SELECTOR,
          template: { metadata: { labels: { app: 'y' } }, spec: TEMPLATE.spec },
        }),
      ),
      create(
        DEPLOYMENTS,
        deployment({
          selector: SELECTOR,
          template: {
            metadata: TEMPLATE.metadata,
            spec: {
              containers: [{ name: 'X_Y', image: 'x:1' }, { name: 'a' }, { name: 'a', image: 'b' }],
            },
          },
        }),
      ),
      create(DEPLOYMENTS, deployment({ replicas: -1, selector: SELECTOR, template: TEMPLATE })),
      create(
        DEPLOYMENTS,
        deployment({
          selector: SELECTOR,
          template: { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } },
        }),
      ),
      create(
        DEPLOYMENTS,
        deployment({
          selector: SELECTOR,
          template: {
            ...TEMPLATE,
            spec: {
              containers: [
                { name: 'x', image: 'x:1', volumeMounts: [{ name: 'none', mountPath: '/x' }] },
              ],
            },
          },
        }),
      ),
      create(DEPLOYMENTS, deployment({ selector: SELECTOR, template: TEMPLATE })),
      create(DEPLOYMENTS, deployment({ selector: SELECTOR, template: TEMPLATE })),
      apply(
        `${DEPLOYMENTS}/web`,
        deployment({
          selector: { matchLabels: { app: 'y' } },
          template: { ...TEMPLATE, metadata: { labels: { app: 'y' } } },
        }),
        { force: true },
      ),
      apply(`${DEPLOYMENTS}/new`, {
        ...named('Deployment', 'new'),
        spec: { template: TEMPLATE },
      }),
    ],
  },
  {
    name: 'what is fixed cannot be changed',
    steps: [
      create('/apis/batch/v1/namespaces/NS/jobs', job('j:1')),
      {
        ...apply('/apis/batch/v1/namespaces/NS/jobs/once', job('j:2'), { force: true }),
        loosely: true,
      },
      create('/api/v1/namespaces/NS/services', service('s', { ports: [{ port: 80 }] })),
      patch('/api/v1/namespaces/NS/services/s', 'merge-patch', {
        spec: { clusterIP: '10.0.99.99', clusterIPs: ['10.0.99.99'] },
      }),
      create('/api/v1/namespaces/NS/services', service('t', {})),
      create(
        '/api/v1/namespaces/NS/services',
        service('t', { ports: [{ port: 80 }, { port: 81 }] }),
      ),
      create('/api/v1/namespaces/NS/services', service('t', { ports: [{ port: 0 }] })),
      create('/api/v1/namespaces/NS/services', service('1bad', { ports: [{ port: 80 }] })),
      create(MAPS, named('ConfigMap', 'fixed', { immutable: true, data: { a: '1' } })),
      patch(`${MAPS}/fixed`, 'merge-patch', { data: { a: '2' } }),
      patch(`${MAPS}/fixed`, 'merge-patch', { immutable: false }),
      create('/api/v1/namespaces/NS/secrets', named('Secret', 's')),
      patch('/api/v1/namespaces/NS/secrets/s', 'merge-patch', { type: 'kubernetes.io/tls' }),
      create('/api/v1/namespaces/NS/secrets', named('Secret', 't', { type: 'kubernetes.io/tls' })),
      create('/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings', binding('a')),
      apply('/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings/b', binding('b'), {
        force: true,
      }),
      create('/apis/apps/v1/namespaces/NS/statefulsets', statefulSet('a')),
      apply('/apis/apps/v1/namespaces/NS/statefulsets/set', statefulSet('b'), { force: true }),
    ],
  },
  {
    name: 'names, labels and annotations have rules',
    steps: [
      create(MAPS, named('ConfigMap', 'Bad_Name')),
      create(MAPS, named('ConfigMap', '')),
      create(MAPS, named('ConfigMap', 'a'.repeat(254))),
      create(
        MAPS,
        named('ConfigMap', 'a', { metadata: { name: 'a', labels: { 'bad key': 'x' } } }),
      ),
      create(
        MAPS,
        named('ConfigMap', 'a', { metadata: { name: 'a', labels: { a: 'bad value!' } } }),
      ),
      create(
        MAPS,
        named('ConfigMap', 'a', { metadata: { name: 'a', labels: { a: 'x'.repeat(64) } } }),
      ),
      create(
        MAPS,
        named('ConfigMap', 'a', { metadata: { name: 'a', annotations: { '/x': 'y' } } }),
      ),
      create('/api/v1/namespaces', named('Namespace', 'a.b')),
      create('/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'a/b' },
      }),
    ],
  },
  {
    name: 'versions and preconditions',
    steps: [
      create(MAPS, named('ConfigMap', 'v')),
      put(
        `${MAPS}/v`,
        named('ConfigMap', 'v', {
          metadata: { name: 'v', resourceVersion: '1' },
          data: { a: '1' },
        }),
      ),
      patch(`${MAPS}/v`, 'merge-patch', { metadata: { resourceVersion: '1' }, data: { a: '1' } }),
      {
        ...put(
          `${MAPS}/v`,
          named('ConfigMap', 'v', {
            metadata: { name: 'v', uid: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' },
          }),
        ),
        loosely: true,
      },
      put(`${MAPS}/v`, named('ConfigMap', 'w')),
      remove(`${MAPS}/v`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' },
      }),
      {
        ...remove(`${MAPS}/v`, {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { resourceVersion: '1' },
        }),
        loosely: true,
      },
      { ...remove(`${MAPS}/v`), path: `${MAPS}/v?dryRun=All` },
      patch(`${MAPS}/v`, 'merge-patch', { metadata: { finalizers: ['example.com/wait'] } }),
      remove(`${MAPS}/v`),
      patch(`${MAPS}/v`, 'merge-patch', {
        metadata: { finalizers: ['example.com/wait', 'example.com/more'] },
      }),
      patch(`${MAPS}/v`, 'merge-patch', { metadata: { finalizers: null } }),
      get(`${MAPS}/v`),
      create(MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'rv', resourceVersion: '7' },
      }),
      remove('/api/v1/namespaces/default'),
      { ...get(`${MAPS}?labelSelector=a%20b`), loosely: true },
      get(`${MAPS}?fieldSelector=data.x%3Dy`),
      { ...get(`${MAPS}?continue=nonsense`), loosely: true },
      {
        ...apply(`${MAPS}/v`, named('ConfigMap', 'v')),
        path: `${MAPS}/v?fieldManager=a&dryRun=Some`,
        loosely: true,
      },
    ],
  },
  {
    name: 'lists in pages, by labels and by fields',
    steps: [
      ...['a', 'b', 'c'].map((name) =>
        create(
          MAPS,
          named('ConfigMap', `m-${name}`, {
            metadata: { name: `m-${name}`, labels: { name, group: 'm' } },
          }),
        ),
      ),
      get(`${MAPS}?limit=2`),
      get(`${MAPS}?labelSelector=group%3Dm,name!%3Da`),
      get(`${MAPS}?labelSelector=name%20in%20(a,b)&limit=1`),
      get(`${MAPS}?labelSelector=!group`),
      get(`${MAPS}?fieldSelector=metadata.name%3Dm-c`),
      { ...get(MAPS), accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      { ...get(MAPS), accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
      {
        ...get(`${MAPS}/m-a`),
        accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      },
      { ...get(MAPS), accept: 'text/html', loosely: true },
      { method: 'DELETE', path: `${MAPS}?labelSelector=group%3Dm` },
      get(MAPS),
    ],
  },
]

function job(image: string): unknown {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'j', image }] } } },
  }
}

function binding(name: string): unknown {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  }
}

function statefulSet(serviceName: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'set' },
    spec: { serviceName, selector: SELECTOR, template: TEMPLATE },
  }
}
