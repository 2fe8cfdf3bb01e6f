import { apply, create, get, patch, put, remove, type Scenario } from '../scenario.ts'

const CONFIG_MAP = '/api/v1/namespaces/NS/configmaps/settings'
const DEPLOYMENT = '/apis/apps/v1/namespaces/NS/deployments/web'
const SERVICE = '/api/v1/namespaces/NS/services/web'

function configMap(data: Record<string, string>, metadata: Record<string, unknown> = {}): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', ...metadata }, data }
}

interface Web {
  readonly replicas?: number
  readonly image?: string
  readonly env?: readonly unknown[]
  readonly ports?: readonly unknown[]
  readonly more?: Record<string, unknown>
  readonly volumes?: readonly unknown[]
  readonly containers?: readonly unknown[]
}

function deployment(web: Web = {}): object {
  const container = {
    name: 'web',
    image: web.image ?? 'nginx:1.27',
    ...(web.env === undefined ? {} : { env: web.env }),
    ...(web.ports === undefined ? {} : { ports: web.ports }),
    ...web.more,
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      ...(web.replicas === undefined ? {} : { replicas: web.replicas }),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: web.containers ?? [container],
          ...(web.volumes === undefined ? {} : { volumes: web.volumes }),
        },
      },
    },
  }
}

function service(ports: readonly unknown[], spec: Record<string, unknown> = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports, ...spec },
  }
}

export const OWNERSHIP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'an apply creates, changes nothing, changes, and removes what it no longer says',
    steps: [
      apply(CONFIG_MAP, configMap({ a: '1', b: '2' })),
      apply(CONFIG_MAP, configMap({ a: '1', b: '2' })),
      apply(CONFIG_MAP, configMap({ a: '1', b: '3' })),
      apply(CONFIG_MAP, configMap({ a: '1' })),
      apply(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }),
      get(CONFIG_MAP),
    ],
  },
  {
    name: 'another manager conflicts, forces, shares and lets go',
    steps: [
      apply(CONFIG_MAP, configMap({ a: '1', b: '2' })),
      apply(CONFIG_MAP, configMap({ a: '9' }), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({ a: '9', b: '8' }), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({ a: '1' }), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({ a: '9' }), { manager: 'bob', force: true }),
      apply(CONFIG_MAP, configMap({ a: '9', b: '2' })),
      apply(CONFIG_MAP, configMap({ b: '2' })),
      apply(CONFIG_MAP, configMap({}), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({ c: '3' }), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({ c: '4' })),
    ],
  },
  {
    name: 'a dry run says what would be and changes nothing',
    steps: [
      apply(CONFIG_MAP, configMap({ a: '1' }), { dryRun: true }),
      get(CONFIG_MAP),
      apply(CONFIG_MAP, configMap({ a: '1' })),
      apply(CONFIG_MAP, configMap({ a: '2' }), { dryRun: true }),
      get(CONFIG_MAP),
    ],
  },
  {
    name: 'labels and annotations have owners one by one',
    steps: [
      apply(CONFIG_MAP, configMap({}, { labels: { a: '1', b: '2' }, annotations: { x: 'y' } })),
      apply(CONFIG_MAP, configMap({}, { labels: { c: '3' } }), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({}, { labels: { a: '1' } })),
      apply(CONFIG_MAP, configMap({}, { finalizers: ['example.com/a'] })),
      apply(CONFIG_MAP, configMap({}, { finalizers: ['example.com/b'] }), { manager: 'bob' }),
      apply(CONFIG_MAP, configMap({})),
      get(CONFIG_MAP),
    ],
  },
  {
    name: 'a Deployment that is applied is defaulted, and defaults have no owner',
    steps: [
      apply(DEPLOYMENT, deployment()),
      apply(DEPLOYMENT, deployment({ replicas: 3 })),
      apply(DEPLOYMENT, deployment({ replicas: 2 }), { manager: 'bob' }),
      apply(DEPLOYMENT, deployment()),
      apply(DEPLOYMENT, deployment({ image: 'nginx' })),
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'environment variables are owned by name and keep the order of who says one',
    steps: [
      apply(
        DEPLOYMENT,
        deployment({
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        }),
      ),
      apply(
        DEPLOYMENT,
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          spec: {
            template: { spec: { containers: [{ name: 'web', env: [{ name: 'C', value: '3' }] }] } },
          },
        },
        { manager: 'bob' },
      ),
      apply(
        DEPLOYMENT,
        deployment({
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ],
        }),
      ),
      apply(
        DEPLOYMENT,
        deployment({
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        }),
      ),
      apply(DEPLOYMENT, deployment({ env: [] })),
      apply(DEPLOYMENT, deployment()),
      apply(
        DEPLOYMENT,
        deployment({
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        }),
      ),
    ],
  },
  {
    name: 'ports are owned by port and protocol',
    steps: [
      apply(
        DEPLOYMENT,
        deployment({
          ports: [
            { containerPort: 80 },
            { containerPort: 80, protocol: 'UDP' },
            { containerPort: 443, name: 'https' },
          ],
        }),
      ),
      apply(
        DEPLOYMENT,
        deployment({
          ports: [
            { containerPort: 443, name: 'tls' },
            { containerPort: 80, protocol: 'TCP' },
          ],
        }),
      ),
      apply(SERVICE, service([{ port: 80 }, { port: 443, name: 'https' }])),
      apply(
        SERVICE,
        service([
          { port: 80, name: 'http' },
          { port: 443, name: 'https', targetPort: 'tls' },
        ]),
      ),
      apply(
        SERVICE,
        service([
          { port: 53, name: 'dns', protocol: 'UDP' },
          { port: 53, name: 'dns-tcp' },
        ]),
      ),
      apply(SERVICE, service([{ port: 53, name: 'dns', protocol: 'UDP' }]), { manager: 'bob' }),
      apply(SERVICE, service([])),
    ],
  },
  {
    name: 'volumes, mounts and containers come and go',
    steps: [
      apply(
        DEPLOYMENT,
        deployment({
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'config', configMap: { name: 'settings' } },
            { name: 'none' },
          ],
          more: {
            volumeMounts: [
              { name: 'data', mountPath: '/data' },
              { name: 'config', mountPath: '/config' },
            ],
          },
        }),
      ),
      apply(
        DEPLOYMENT,
        deployment({
          volumes: [{ name: 'data', hostPath: { path: '/x' } }],
          more: { volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }] },
        }),
      ),
      apply(
        DEPLOYMENT,
        deployment({
          containers: [
            { name: 'web', image: 'nginx:1.27' },
            { name: 'sidecar', image: 'busybox' },
          ],
        }),
      ),
      apply(
        DEPLOYMENT,
        deployment({
          containers: [
            { name: 'sidecar', image: 'busybox' },
            { name: 'web', image: 'nginx:1.27' },
          ],
        }),
      ),
      apply(DEPLOYMENT, deployment({ containers: [{ name: 'sidecar', image: 'busybox' }] })),
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'resources, probes and security contexts',
    steps: [
      apply(
        DEPLOYMENT,
        deployment({
          more: {
            resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '1Gi' } },
            livenessProbe: { httpGet: { port: 80 } },
            readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 5 },
            securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
            command: ['a'],
            args: ['b', 'c'],
          },
        }),
      ),
      apply(DEPLOYMENT, deployment({ more: { resources: { requests: { cpu: 1 } }, args: ['c'] } })),
      apply(DEPLOYMENT, deployment({ more: { command: ['z'] } }), { manager: 'bob' }),
      apply(DEPLOYMENT, deployment({ more: { args: ['d'] } }), { manager: 'bob' }),
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'what was created, replaced and patched is owned by updates, and an apply takes over',
    steps: [
      create(
        '/apis/apps/v1/namespaces/NS/deployments',
        deployment({ replicas: 2, ports: [{ containerPort: 80 }] }),
      ),
      patch(DEPLOYMENT, 'merge-patch', { spec: { replicas: 5 }, metadata: { labels: { x: 'y' } } }),
      apply(DEPLOYMENT, deployment({ replicas: 3 })),
      apply(DEPLOYMENT, deployment({ replicas: 3 }), { force: true }),
      apply(DEPLOYMENT, deployment()),
      put(DEPLOYMENT, deployment({ replicas: 1, image: 'nginx:1.28' })),
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'a create by an update is followed by an apply of the same',
    steps: [
      create('/api/v1/namespaces/NS/configmaps', configMap({ a: '1' }, { labels: { x: 'y' } })),
      apply(CONFIG_MAP, configMap({ a: '1' })),
      apply(CONFIG_MAP, configMap({ b: '1' })),
      put(CONFIG_MAP, configMap({ c: '1' })),
      get(CONFIG_MAP),
    ],
  },
  {
    name: 'kubectl takes over what it applied from the client side',
    steps: [
      create(
        '/api/v1/namespaces/NS/configmaps',
        configMap(
          { a: '1' },
          {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration':
                '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"settings","namespace":"NS"}}\n',
            },
          },
        ),
        'fieldManager=kubectl-client-side-apply',
      ),
      apply(CONFIG_MAP, configMap({ a: '2' }), { manager: 'kubectl' }),
      apply(CONFIG_MAP, configMap({ a: '3' }), { manager: 'bob' }),
    ],
  },
  {
    name: 'the managers can be reset, and an object without managers is adopted',
    steps: [
      apply(CONFIG_MAP, configMap({ a: '1' })),
      patch(CONFIG_MAP, 'merge-patch', { metadata: { managedFields: [{}] } }),
      patch(CONFIG_MAP, 'merge-patch', { data: { b: '2' } }),
      apply(CONFIG_MAP, configMap({ a: '1' })),
      apply(CONFIG_MAP, configMap({ a: '2' })),
      apply(CONFIG_MAP, configMap({ a: '2' }), { force: true }),
    ],
  },
  {
    name: 'status has owners of its own',
    steps: [
      apply(DEPLOYMENT, { ...deployment(), status: { replicas: 7 } }),
      patch(`${DEPLOYMENT}/status`, 'merge-patch', {
        status: { replicas: 2, conditions: [{ type: 'Available', status: 'True' }] },
        spec: { replicas: 9 },
      }),
      apply(`${DEPLOYMENT}/status`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        status: { replicas: 4 },
      }),
      apply(`${DEPLOYMENT}/status`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        status: { observedGeneration: 4 },
      }),
      apply(DEPLOYMENT, deployment({ replicas: 2 })),
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'the scale of a Deployment is owned through its subresource',
    steps: [
      apply(DEPLOYMENT, deployment({ replicas: 2 })),
      get(`${DEPLOYMENT}/scale`),
      patch(`${DEPLOYMENT}/scale`, 'merge-patch', { spec: { replicas: 4 } }),
      get(DEPLOYMENT),
      apply(DEPLOYMENT, deployment({ replicas: 2 })),
    ],
  },
  {
    name: 'an apply with a resourceVersion or a uid',
    steps: [
      apply(CONFIG_MAP, configMap({ a: '1' }, { resourceVersion: '1' })),
      apply(CONFIG_MAP, configMap({ a: '2' }, { resourceVersion: '1' }), { force: true }),
      {
        ...apply(
          CONFIG_MAP,
          configMap({ a: '2' }, { uid: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' }),
        ),
        loosely: true,
      },
      remove(CONFIG_MAP),
      apply(CONFIG_MAP, configMap({ a: '2' }, { uid: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' })),
    ],
  },
  {
    name: 'atomic lists and maps have one owner',
    steps: [
      apply(
        '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles/reader',
        role([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
      ),
      apply(
        '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles/reader',
        role([{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]),
        { manager: 'bob' },
      ),
      apply('/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles/reader', role([]), {
        manager: 'bob',
        force: true,
      }),
      apply('/apis/networking.k8s.io/v1/namespaces/NS/ingresses/web', ingress(['a.example.com'])),
      apply('/apis/networking.k8s.io/v1/namespaces/NS/ingresses/web', ingress(['b.example.com']), {
        manager: 'bob',
      }),
      apply('/apis/networking.k8s.io/v1/namespaces/NS/ingresses/web', ingress([])),
    ],
  },
]

function role(rules: readonly unknown[]): unknown {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'reader' },
    rules,
  }
}

function ingress(hosts: readonly string[]): unknown {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: {
      defaultBackend: backend,
      rules: hosts.map((host) => ({
        host,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
      })),
    },
  }
}
