/** One call of kubectl. `input` is what it reads from `-f -`. */
export interface Command {
  readonly args: string
  readonly input?: string
}

const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`

const SETTINGS = (color: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop, labels: { app: web } }
data: { color: ${color} }
`

const WEB = (image: string, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: web
          image: ${image}
          ports: [{ containerPort: 8080, name: http }]
          env: [{ name: COLOR, valueFrom: { configMapKeyRef: { name: settings, key: color } } }]
          ${more}
`

const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  ports: [{ name: http, port: 80, targetPort: http }]
`

const OTHER_COLOR = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data: { color: red }
`

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, shortNames: [wd] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {} }
      additionalPrinterColumns: [{ name: Size, type: integer, jsonPath: .spec.size }]
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, required: [size], properties: { size: { type: integer } } }
            status: { type: object, x-kubernetes-preserve-unknown-fields: true }
`

const WIDGET = (size: string): string => `
apiVersion: example.com/v1
kind: Widget
metadata: { name: w, namespace: shop }
spec: { size: ${size} }
`

function all(...documents: readonly string[]): string {
  return documents.join('---')
}

function serverSide(input: string, more = ''): Command {
  return { args: `apply --server-side -f -${more}`, input }
}

const FIRST = all(NAMESPACE, SETTINGS('green'), WEB('nginx:1.27'), SERVICE)
const SECOND = all(SETTINGS('blue'), WEB('nginx:1.28'))

/** What a user does with kubectl, from the first apply to the deletion of the namespace. */
export const COMMANDS: readonly Command[] = [
  serverSide(FIRST),
  { args: 'wait -n shop --for=condition=Available deployment/web --timeout=60s' },
  { args: 'get deployment,replicaset,service -n shop' },
  { args: 'get deployment web -n shop -o wide' },
  { args: 'get service web -n shop -o yaml' },
  { args: 'get configmap settings -n shop -o json' },
  { args: 'get deployment web -n shop -o yaml' },
  { args: 'get configmap settings -n shop -o yaml --show-managed-fields' },
  { args: 'get pods -n shop -l app=web' },
  { args: 'get pods -n shop --field-selector status.phase=Running --no-headers' },
  { args: 'get namespace shop -o jsonpath={.status.phase}' },
  serverSide(FIRST),
  { args: 'diff --server-side -f -', input: FIRST },
  { args: 'diff --server-side -f -', input: SECOND },
  serverSide(SECOND),
  { args: 'rollout status deployment/web -n shop --timeout=60s' },
  { args: 'get replicaset -n shop --sort-by=.spec.replicas' },
  serverSide(OTHER_COLOR, ' --field-manager=other'),
  serverSide(OTHER_COLOR, ' --field-manager=other --force-conflicts'),
  serverSide(SETTINGS('blue')),
  { args: 'label configmap settings -n shop tier=front' },
  { args: 'annotate configmap settings -n shop note=hello' },
  { args: 'patch configmap settings -n shop --type=merge -p {"data":{"size":"big"}}' },
  { args: 'get configmap settings -n shop -o yaml --show-managed-fields' },
  { args: 'scale deployment web -n shop --replicas=3' },
  { args: 'wait -n shop --for=jsonpath={.status.readyReplicas}=3 deployment/web --timeout=60s' },
  { args: 'create -f -', input: SETTINGS('pink').replace('name: settings', 'name: made') },
  { args: 'create -f -', input: SETTINGS('pink').replace('name: settings', 'name: made') },
  { args: 'apply -f -', input: SETTINGS('grey').replace('name: settings', 'name: classic') },
  { args: 'apply -f -', input: SETTINGS('grey').replace('name: settings', 'name: classic') },
  { args: 'apply -f -', input: SETTINGS('black').replace('name: settings', 'name: classic') },
  serverSide(WEB('nginx:1.28', 'imagee: typo')),
  {
    args: 'apply --server-side --validate=strict -f -',
    input: WEB('nginx:1.28').replace('replicas: 2', 'replicas: two'),
  },
  { args: 'get deployment nothing -n shop' },
  { args: 'get gadgets -n shop' },
  serverSide(DEFINITION),
  { args: 'wait --for=condition=Established crd/widgets.example.com --timeout=60s' },
  serverSide(WIDGET('3')),
  { args: 'get wd -n shop' },
  serverSide(WIDGET('big')),
  { args: 'delete widget w -n shop' },
  { args: 'delete crd widgets.example.com' },
  { args: 'delete configmap made classic -n shop' },
  { args: 'delete -f - --ignore-not-found', input: all(WEB('nginx:1.28'), SERVICE) },
  { args: 'wait -n shop --for=delete pod -l app=web --timeout=60s' },
  { args: 'get pods -n shop -l app=web' },
  { args: 'delete namespace shop --timeout=60s' },
  { args: 'get namespace shop' },
]
