import type { Dice } from './dice.ts'

type Fields = Record<string, unknown>

/** An object of some kind that kustomize knows, with fields that its transformers look for; most name other objects. */
export function randomObject(dice: Dice): Fields {
  const kind = dice.kind()
  const make = KINDS[kind]
  if (make === undefined) throw new Error(`there is no object of kind ${kind}`)
  const { apiVersion, ...rest } = make(dice)
  return { apiVersion, kind, metadata: metadata(dice), ...rest }
}

function metadata(dice: Dice): Fields {
  return {
    name: dice.name(),
    ...(dice.chance(0.2) ? { namespace: dice.pick(['one', 'two', 'default']) } : {}),
    ...(dice.chance(0.4) ? { labels: { [dice.key()]: dice.text() } } : {}),
    ...(dice.chance(0.3) ? { annotations: { [dice.key()]: dice.text() } } : {}),
  }
}

const KINDS: Readonly<Record<string, (dice: Dice) => Fields>> = {
  Deployment: (dice) => ({ apiVersion: 'apps/v1', spec: workload(dice) }),
  StatefulSet: (dice) => ({
    apiVersion: 'apps/v1',
    spec: {
      ...workload(dice),
      serviceName: dice.name(),
      ...(dice.chance(0.5) ? { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } : {}),
    },
  }),
  CronJob: (dice) => ({
    apiVersion: 'batch/v1',
    spec: { jobTemplate: { spec: { template: { spec: pod(dice) } } } },
  }),
  Service: (dice) => ({
    apiVersion: 'v1',
    spec: {
      ...(dice.chance(0.6) ? { selector: { app: dice.text() } } : {}),
      ports: dice.some(1, 2, (at) => ({
        port: 80 + at,
        ...(dice.chance(0.4) ? { name: dice.name() } : {}),
        ...(dice.chance(0.4) ? { protocol: dice.pick(['TCP', 'UDP']) } : {}),
      })),
    },
  }),
  ConfigMap: (dice) => ({
    apiVersion: 'v1',
    ...(dice.chance(0.8) ? { data: { k: dice.text() } } : {}),
  }),
  Secret: (dice) => ({
    apiVersion: 'v1',
    ...(dice.chance(0.5) ? { stringData: { k: dice.text() } } : { data: { k: 'dg==' } }),
  }),
  ServiceAccount: (dice) => ({
    apiVersion: 'v1',
    ...(dice.chance(0.5)
      ? { secrets: [{ name: dice.name() }], imagePullSecrets: [{ name: dice.name() }] }
      : {}),
  }),
  RoleBinding: (dice) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: dice.pick(['Role', 'ClusterRole']),
      name: dice.name(),
    },
    subjects: dice.some(0, 2, () => ({
      kind: dice.pick(['ServiceAccount', 'User']),
      name: dice.pick([dice.name(), 'default']),
      ...(dice.chance(0.6) ? { namespace: dice.pick(['one', 'two']) } : {}),
    })),
  }),
  Ingress: (dice) => ({
    apiVersion: 'networking.k8s.io/v1',
    spec: {
      ...(dice.chance(0.5) ? { tls: [{ secretName: dice.name() }] } : {}),
      rules: [{ http: { paths: [{ backend: { service: { name: dice.name() } } }] } }],
    },
  }),
  Foo: (dice) => ({
    apiVersion: 'example.com/v1',
    spec: {
      size: dice.value(),
      ...(dice.chance(0.5) ? { items: [{ name: dice.name(), value: dice.value() }] } : {}),
      ...(dice.chance(0.5) ? { deep: { containers: [container(dice)] } } : {}),
    },
  }),
}

function workload(dice: Dice): Fields {
  const app = dice.text()
  return {
    ...(dice.chance(0.5) ? { replicas: dice.number(4) } : {}),
    ...(dice.chance(0.6) ? { selector: { matchLabels: { app } } } : {}),
    template: {
      ...(dice.chance(0.6) ? { metadata: { labels: { app } } } : {}),
      spec: pod(dice),
    },
  }
}

function pod(dice: Dice): Fields {
  return {
    containers: dice.some(1, 2, () => container(dice)),
    ...(dice.chance(0.2) ? { initContainers: [container(dice)] } : {}),
    ...(dice.chance(0.3) ? { serviceAccountName: dice.name() } : {}),
    ...(dice.chance(0.3) ? { imagePullSecrets: [{ name: dice.name() }] } : {}),
    ...(dice.chance(0.4)
      ? {
          volumes: [
            {
              name: 'v',
              ...dice.pick([
                { configMap: { name: dice.name() } },
                { secret: { secretName: dice.name() } },
                { emptyDir: {} },
              ]),
            },
          ],
        }
      : {}),
    ...(dice.chance(0.2) ? { tolerations: [{ key: dice.key() }] } : {}),
  }
}

function container(dice: Dice): Fields {
  return {
    name: dice.name(),
    image: dice.pick([dice.image(), `${dice.image()}:1`, `${dice.image()}@sha256:ab`]),
    ...(dice.chance(0.3) ? { args: [dice.text(), '--x=$(VAR)'] } : {}),
    ...(dice.chance(0.3)
      ? {
          env: [
            {
              name: 'K',
              ...dice.pick<Fields>([
                { value: dice.text() },
                { valueFrom: { configMapKeyRef: { name: dice.name(), key: 'k' } } },
              ]),
            },
          ],
        }
      : {}),
    ...(dice.chance(0.3) ? { envFrom: [{ configMapRef: { name: dice.name() } }] } : {}),
    ...(dice.chance(0.3)
      ? { ports: [{ containerPort: 80, ...(dice.chance(0.5) ? { protocol: 'TCP' } : {}) }] }
      : {}),
  }
}
