// The repository of the acceptance tests: many small applications, each for one promise.

/** A Flux Kustomization of the root repository. */
export function application(name: string, more = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  retryInterval: 2s
  path: ./apps/${name}
  prune: true
  timeout: 1m
  sourceRef:
    kind: GitRepository
    name: flux-system
${more}`
}

export function configMap(name: string, value: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: default
data:
  value: ${value}
`
}

export function deployment(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: main
          image: ${image}
`
}

const KINDS = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 1
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers: [{name: db, image: example.com/db:1}]
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  selector: {app: db}
  ports: [{port: 5432}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: example.com/migrate:1}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          x-kubernetes-preserve-unknown-fields: true
---
apiVersion: example.com/v1
kind: Gadget
metadata: {name: first}
spec: {size: 3}
`

/** The files that the plane starts with. */
export const FILES: Readonly<Record<string, string>> = {
  'README.md': '# Fleet\n',
  'clusters/test/base.yaml': application('base', '  wait: true\n'),
  'clusters/test/web.yaml': application(
    'web',
    '  wait: true\n  targetNamespace: web\n  dependsOn:\n    - name: base\n',
  ),
  'clusters/test/pair.yaml': application('pair'),
  'clusters/test/kinds.yaml': application('kinds', '  wait: true\n  targetNamespace: default\n'),
  'apps/base/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n',
  'apps/base/config.yaml': configMap('base', 'one'),
  'apps/web/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
labels:
  - pairs: {team: web}
images:
  - name: example.com/web
    newTag: "2"
configMapGenerator:
  - name: settings
    literals: [colour=green]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec: {replicas: 2}
`,
  'apps/web/deployment.yaml': deployment('web', 'example.com/web:1'),
  'apps/pair/left.yaml': configMap('left', 'one'),
  'apps/pair/right.yaml': configMap('right', 'one'),
  'apps/kinds/kinds.yaml': KINDS,
}

export const APPLICATIONS: readonly string[] = ['flux-system', 'base', 'web', 'pair', 'kinds']

/** `count` further applications of one ConfigMap each, and what declares them. */
export function manyFiles(count: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (const name of manyNames(count)) {
    files[`clusters/test/many/${name}.yaml`] = application(name)
    files[`apps/${name}/config.yaml`] = configMap(name, 'one')
  }
  return files
}

export function manyNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `many-${index}`)
}
