import { apply, create, get, put, remove, type Scenario, type Step } from '../scenario.ts'

interface Content {
  readonly metadata?: Record<string, unknown>
  readonly [key: string]: unknown
}

interface Sample {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly content: Content
}

const TEMPLATE = {
  metadata: { labels: { app: 'x' } },
  spec: {
    initContainers: [{ name: 'init', image: 'busybox' }],
    containers: [
      {
        name: 'x',
        image:
          'registry.example.com/x@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
        ports: [{ name: 'http', containerPort: 8080 }],
        envFrom: [{ configMapRef: { name: 'c' } }],
        env: [
          { name: 'P', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: false } } },
          { name: 'R', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        ],
        resources: { requests: { cpu: '0.5', memory: '128Mi' }, limits: { cpu: 1 } },
        readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 0 },
        startupProbe: { exec: { command: ['true'] } },
        lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } },
        volumeMounts: [{ name: 'all', mountPath: '/all' }],
      },
    ],
    serviceAccountName: 'runner',
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'a', operator: 'Exists' }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'x' } },
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'x' } } },
          },
        ],
      },
    },
    volumes: [
      {
        name: 'all',
        projected: {
          sources: [{ serviceAccountToken: { path: 't' } }, { configMap: { name: 'c' } }],
        },
      },
      { name: 'sec', secret: { secretName: 's' } },
      {
        name: 'down',
        downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.labels' } }] },
      },
      { name: 'host', hostPath: { path: '/x', type: '' } },
      { name: 'claim', persistentVolumeClaim: { claimName: 'c' } },
      { name: 'csi', csi: { driver: 'd.example.com' } },
      {
        name: 'eph',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
  },
}

const JOB_TEMPLATE = { spec: { restartPolicy: 'Never', containers: [{ name: 'j', image: 'j:1' }] } }

const SELECTOR = { matchLabels: { app: 'x' } }

const WEBHOOK = {
  name: 'a.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { service: { name: 's', namespace: 'n' } },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
}

function sample(type: string, plural: string, content: Content, scope = 'Namespaced'): Sample {
  const at = type.lastIndexOf('/')
  return {
    apiVersion: type.slice(0, at),
    kind: type.slice(at + 1),
    plural,
    namespaced: scope === 'Namespaced',
    content,
  }
}

const SAMPLES: readonly Sample[] = [
  sample('v1/ConfigMap', 'configmaps', {
    data: { a: '1' },
    binaryData: { b: 'eA==' },
    immutable: false,
  }),
  sample('v1/Secret', 'secrets', { stringData: { a: '1' }, data: { b: 'eA==' } }),
  sample('v1/ServiceAccount', 'serviceaccounts', {
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'r' }],
    secrets: [{ name: 's' }],
  }),
  sample('v1/Service', 'services', {
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'x' },
      ports: [{ port: 80, targetPort: 'http' }],
    },
  }),
  sample('v1/PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '1Gi' } },
    },
  }),
  sample(
    'v1/PersistentVolume',
    'persistentvolumes',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        hostPath: { path: '/x' },
      },
    },
    'Cluster',
  ),
  sample('v1/LimitRange', 'limitranges', {
    spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
  }),
  sample('v1/ResourceQuota', 'resourcequotas', { spec: { hard: { pods: '1000' } } }),
  sample('v1/Endpoints', 'endpoints', {
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
  }),
  sample('v1/Pod', 'pods', podTemplate()),
  sample('v1/Namespace', 'namespaces', {}, 'Cluster'),
  sample('apps/v1/Deployment', 'deployments', {
    spec: { selector: SELECTOR, template: TEMPLATE, minReadySeconds: 0 },
  }),
  sample('apps/v1/ReplicaSet', 'replicasets', { spec: { selector: SELECTOR, template: TEMPLATE } }),
  sample('apps/v1/DaemonSet', 'daemonsets', { spec: { selector: SELECTOR, template: TEMPLATE } }),
  sample('apps/v1/StatefulSet', 'statefulsets', {
    spec: {
      selector: SELECTOR,
      serviceName: 'x',
      template: TEMPLATE,
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }),
  sample('batch/v1/Job', 'jobs', { spec: { template: JOB_TEMPLATE } }),
  sample('batch/v1/CronJob', 'cronjobs', {
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: JOB_TEMPLATE } } },
  }),
  sample('autoscaling/v2/HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } },
    },
  }),
  sample('networking.k8s.io/v1/Ingress', 'ingresses', {
    spec: {
      rules: [
        {
          host: 'h.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 's', port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
      tls: [{ hosts: ['h.example.com'], secretName: 't' }],
    },
  }),
  sample(
    'networking.k8s.io/v1/IngressClass',
    'ingressclasses',
    { spec: { controller: 'example.com/c' } },
    'Cluster',
  ),
  sample('networking.k8s.io/v1/NetworkPolicy', 'networkpolicies', {
    spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] },
  }),
  sample('policy/v1/PodDisruptionBudget', 'poddisruptionbudgets', {
    spec: { minAvailable: '50%', selector: SELECTOR },
  }),
  sample('rbac.authorization.k8s.io/v1/Role', 'roles', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  sample('rbac.authorization.k8s.io/v1/RoleBinding', 'rolebindings', {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      { kind: 'User', name: 'u' },
    ],
  }),
  sample(
    'rbac.authorization.k8s.io/v1/ClusterRole',
    'clusterroles',
    { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
    'Cluster',
  ),
  sample(
    'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
    'clusterrolebindings',
    { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' } },
    'Cluster',
  ),
  sample(
    'scheduling.k8s.io/v1/PriorityClass',
    'priorityclasses',
    { value: 0, description: 'd' },
    'Cluster',
  ),
  sample(
    'storage.k8s.io/v1/StorageClass',
    'storageclasses',
    { provisioner: 'p.example.com', parameters: { a: 'b' } },
    'Cluster',
  ),
  sample('coordination.k8s.io/v1/Lease', 'leases', {
    spec: {
      holderIdentity: 'h',
      leaseDurationSeconds: 15,
      renewTime: '2026-01-01T00:00:00.000000Z',
    },
  }),
  sample(
    'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    {
      webhooks: [
        {
          ...WEBHOOK,
          failurePolicy: 'Ignore',
          namespaceSelector: { matchLabels: { none: 'such' } },
        },
      ],
    },
    'Cluster',
  ),
  sample(
    'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    {
      webhooks: [
        {
          ...WEBHOOK,
          failurePolicy: 'Ignore',
          namespaceSelector: { matchLabels: { none: 'such' } },
        },
      ],
    },
    'Cluster',
  ),
  sample(
    'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
    'validatingadmissionpolicies',
    {
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
          ],
        },
        validations: [{ expression: 'true' }],
      },
    },
    'Cluster',
  ),
  sample(
    'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    { spec: { policyName: 'none', validationActions: ['Deny'] } },
    'Cluster',
  ),
]

function podTemplate(): Content {
  const { serviceAccountName: _account, ...spec } = TEMPLATE.spec
  // A Pod without a service account has no token of one.
  const volumes = spec.volumes.filter(({ name }) => name !== 'all')
  const containers = spec.containers.map((container) => ({ ...container, volumeMounts: [] }))
  return { metadata: TEMPLATE.metadata, spec: { ...spec, volumes, containers } }
}

function collection({ apiVersion, plural, namespaced }: Sample): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return namespaced ? `${root}/namespaces/NS/${plural}` : `${root}/${plural}`
}

function object({ apiVersion, kind, content }: Sample, name: string): Record<string, unknown> {
  const metadata = { ...content.metadata, name }
  return { apiVersion, kind, ...content, metadata }
}

function scenarioOf(of: Sample): Scenario {
  const path = collection(of)
  const [made, applied] = ['NS-made', 'NS-applied']
  const { kind, namespaced } = of
  return {
    name: `${kind}: created, applied, replaced, deleted`,
    steps: [
      create(path, object(of, made)),
      apply(`${path}/${applied}`, object(of, applied)),
      apply(`${path}/${applied}`, object(of, applied), { manager: 'bob' }),
      replaced(of, `${path}/${made}`, {
        ...object(of, made),
        metadata: {
          ...of.content.metadata,
          name: made,
          labels: { app: 'x', l: 'm' },
        },
      }),
      get(`${path}/${made}`),
      ...(namespaced ? [get(path)] : []),
      ...(kind === 'Namespace' || kind === 'Pod'
        ? []
        : [remove(`${path}/${made}`), remove(`${path}/${applied}`)]),
    ],
  }
}

/** Words of a Job that is replaced show Go's internal type. */
function replaced({ kind }: Sample, path: string, body: unknown): Step {
  return { ...put(path, body), ...(kind === 'Job' ? { loosely: true } : {}) }
}

export const BUILTIN_SCENARIOS: readonly Scenario[] = SAMPLES.map(scenarioOf)
