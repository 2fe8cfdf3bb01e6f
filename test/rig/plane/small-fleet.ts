// A small repository: three applications, one of which waits for another.

/** The applications that are ready when all is. */
export const SMALL_FLEET: readonly string[] = ['flux-system', 'base', 'shop', 'mail']

export function configMapFile(name: string, value: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: default
data:
  value: "${value}"
`
}

function kustomization(name: string, dependsOn?: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  retryInterval: 5s
  path: ./apps/${name}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
${dependsOn === undefined ? '' : `  dependsOn:\n    - name: ${dependsOn}\n`}`
}

export const SMALL_FLEET_FILES: Readonly<Record<string, string>> = {
  'clusters/test/apps.yaml': [
    kustomization('base'),
    kustomization('shop', 'base'),
    kustomization('mail'),
  ].join('---\n'),
  'apps/base/map.yaml': configMapFile('base', 'one'),
  'apps/shop/map.yaml': configMapFile('shop', 'one'),
  'apps/mail/map.yaml': configMapFile('mail', 'one'),
}
