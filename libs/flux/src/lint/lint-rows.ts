// One row for each trap: a repository that is in it, where lint says so, and the same repository mended.

export interface LintRow {
  readonly rule: string
  /** `bad` stands in place of `…`, and then `good`. */
  readonly file: string
  readonly text: string
  readonly bad: string
  readonly good: string
  readonly line: number
  readonly tells: RegExp
  /** Files beside it. */
  readonly beside?: Readonly<Record<string, string>>
}

export const object = (apiVersion: string, kind: string, spec: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: one, namespace: flux-system}\nspec:\n${spec}`

const SOURCE = 'source.toolkit.fluxcd.io/v1'
export const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3'
export const git = (rest: string): string =>
  object(SOURCE, 'GitRepository', `  interval: 1m\n  url: https://git.example.com/one\n${rest}`)
export const oci = (rest: string): string =>
  object(SOURCE, 'OCIRepository', `  interval: 1m\n${rest}`)
export const helmRepository = (rest: string): string => object(SOURCE, 'HelmRepository', rest)
export const kustomization = (rest: string): string =>
  object(
    'kustomize.toolkit.fluxcd.io/v1',
    'Kustomization',
    `  interval: 10m\n  prune: true\n  path: ./app\n  sourceRef: {kind: GitRepository, name: flux-system}\n${rest}`,
  )
export const release = (rest: string): string =>
  object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', `  interval: 10m\n${rest}`)
export const chart = (rest: string, kind = 'GitRepository'): string =>
  release(
    `  chart:\n    spec:\n      chart: ./chart\n      sourceRef: {kind: ${kind}, name: one}\n${rest}`,
  )
export const map = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n  namespace: default\ndata:\n  value: ${data}\n`
export const APP: Readonly<Record<string, string>> = { 'app/map.yaml': map('x') }
