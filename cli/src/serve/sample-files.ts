/** The sample repository of `tidemark up`: two applications over a base, one of which waits for the other. */
export const SAMPLE_FILES: Readonly<Record<string, string>> = {
  'README.md': `# Sample fleet

\`clusters/dev\` says what the cluster runs; \`apps\` holds the applications. Change a file, commit and push.
`,
  'clusters/dev/apps.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: backend
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/backend
  prune: true
  wait: true
  timeout: 2m
  sourceRef:
    kind: GitRepository
    name: flux-system
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/shop/overlays/dev
  prune: true
  wait: true
  timeout: 2m
  dependsOn:
    - name: backend
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
  'apps/backend/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: backend
resources:
  - namespace.yaml
  - workload.yaml
`,
  'apps/backend/namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: backend
`,
  'apps/backend/workload.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: backend
spec:
  replicas: 1
  selector:
    matchLabels:
      app: backend
  template:
    metadata:
      labels:
        app: backend
    spec:
      containers:
        - name: backend
          image: ghcr.io/example/backend:1.0.0
          ports:
            - containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: backend
spec:
  selector:
    app: backend
  ports:
    - port: 80
      targetPort: 8080
`,
  'apps/shop/base/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - workload.yaml
configMapGenerator:
  - name: shop
    literals:
      - GREETING=hello
`,
  'apps/shop/base/workload.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: shop
          image: ghcr.io/example/shop:1.0.0
          envFrom:
            - configMapRef:
                name: shop
          ports:
            - containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector:
    app: shop
  ports:
    - port: 80
      targetPort: 8080
`,
  'apps/shop/overlays/dev/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources:
  - namespace.yaml
  - ../../base
images:
  - name: ghcr.io/example/shop
    newTag: 1.1.0
patches:
  - target:
      kind: Deployment
      name: shop
    patch: |-
      - op: replace
        path: /spec/replicas
        value: 2
`,
  'apps/shop/overlays/dev/namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
}
