import type { Field, FieldRule, FieldTable } from './fields.ts'

const NEXT = 'remove it, or wait for a version that has it'
const text: Field = { rule: { kind: 'text' } }
const required: Field = { required: 'required', rule: { kind: 'text' } }
const flag: Field = { rule: { kind: 'switch' } }
const number: Field = { rule: { kind: 'number' } }
const duration: Field = { rule: { kind: 'duration', hours: 'allowed' } }
const texts: FieldRule = { kind: 'list', items: { kind: 'text' } }

function object(fields: FieldTable): Field {
  return { rule: { kind: 'object', fields } }
}

function list(fields: FieldTable): Field {
  return { rule: { kind: 'list', items: { kind: 'object', fields } } }
}

function oneOf(...names: readonly string[]): Field {
  const expected = `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
  return { rule: { kind: 'text', pattern: new RegExp(`^(?:${names.join('|')})$`, 'u'), expected } }
}

function must(field: Field): Field {
  return { ...field, required: 'required' }
}

function ignored(why: string): Field {
  return { rule: { kind: 'ignored', why } }
}

const notYet: Field = { rule: { kind: 'not-yet', instead: NEXT } }

const SELECTOR: FieldTable = {
  group: text,
  version: text,
  kind: text,
  namespace: text,
  name: text,
  labelSelector: text,
  annotationSelector: text,
}

const SERVER_SIDE = ignored(
  'objects are always applied by server-side apply: the fields of others stay theirs',
)
const OPEN_API = ignored('the API server validates what it is sent, and its answer is told')

const STRATEGY = object({
  name: must(oneOf('RemediateOnFailure', 'RetryOnFailure')),
  retryInterval: duration,
})

/** What an install and an upgrade have in common. */
const ACTION: FieldTable = {
  timeout: duration,
  strategy: STRATEGY,
  disableTakeOwnership: flag,
  disableWait: flag,
  disableWaitForJobs: flag,
  disableHooks: flag,
  disableOpenAPIValidation: OPEN_API,
  disableSchemaValidation: flag,
  crds: oneOf('Skip', 'Create', 'CreateReplace'),
  serverSideApply: SERVER_SIDE,
}

const REMEDIATION: FieldTable = {
  retries: number,
  ignoreTestFailures: flag,
  remediateLastFailure: flag,
}

const FORCE = ignored('as Flux under server-side apply, which replaces nothing')
const CLEANUP = ignored('what a failed upgrade made is deleted by the release that follows it')

const CHART: FieldTable = {
  metadata: object({
    labels: ignored('the chart is no object on a cluster that could carry them'),
    annotations: ignored('the chart is no object on a cluster that could carry them'),
  }),
  spec: must(
    object({
      chart: required,
      version: text,
      sourceRef: must(
        object({
          apiVersion: text,
          kind: must(oneOf('HelmRepository', 'GitRepository', 'Bucket')),
          name: required,
          namespace: text,
        }),
      ),
      interval: duration,
      reconcileStrategy: oneOf('ChartVersion', 'Revision'),
      valuesFiles: { rule: texts },
      ignoreMissingValuesFiles: flag,
      verify: object({
        provider: must(oneOf('cosign', 'notation')),
        secretRef: object({ name: required }),
      }),
    }),
  ),
}

/** HelmRelease, helm.toolkit.fluxcd.io/v2 (helm-controller 1.6.3), field by field. */
export const HELM_RELEASE_SPEC: FieldTable = {
  chart: object(CHART),
  chartRef: object({
    apiVersion: text,
    kind: must(oneOf('OCIRepository', 'HelmChart', 'ExternalArtifact')),
    name: required,
    namespace: text,
  }),
  interval: must(duration),
  kubeConfig: { rule: { kind: 'not-yet', instead: `register the cluster, ${NEXT}` } },
  suspend: flag,
  releaseName: text,
  targetNamespace: text,
  storageNamespace: text,
  dependsOn: list({ name: required, namespace: text, readyExpr: text }),
  timeout: duration,
  maxHistory: {
    ...number,
    differs:
      'counts the records that the helm command line finds on the cluster; Tidemark keeps every release for ever',
  },
  serviceAccountName: notYet,
  persistentClient: ignored('nothing is cached that a new client would not know'),
  driftDetection: object({
    mode: oneOf('enabled', 'warn', 'disabled'),
    ignore: list({
      paths: { required: 'required', rule: texts },
      target: object(SELECTOR),
    }),
  }),
  install: object({
    ...ACTION,
    remediation: object(REMEDIATION),
    replace: ignored('a name that a release had before can always be used again'),
    skipCRDs: ignored('as Flux, which has crds instead'),
    createNamespace: flag,
  }),
  upgrade: object({
    ...ACTION,
    remediation: object({ ...REMEDIATION, strategy: oneOf('rollback', 'uninstall') }),
    force: FORCE,
    preserveValues: {
      rule: {
        kind: 'not-yet',
        instead: `write all values into the object: a release is made of what is in Git, ${NEXT}`,
      },
    },
    cleanupOnFail: CLEANUP,
    chartNameChangeStrategy: oneOf('InPlaceUpdate', 'Reinstall'),
  }),
  test: object({
    enable: flag,
    timeout: duration,
    ignoreFailures: flag,
    filters: list({ name: required, exclude: flag }),
  }),
  rollback: object({
    timeout: duration,
    disableWait: flag,
    disableWaitForJobs: flag,
    disableHooks: flag,
    recreate: ignored('as Flux: Helm has no such thing any more'),
    force: FORCE,
    cleanupOnFail: CLEANUP,
    serverSideApply: SERVER_SIDE,
  }),
  uninstall: object({
    timeout: duration,
    disableHooks: flag,
    keepHistory: flag,
    disableWait: flag,
    deletionPropagation: oneOf('background', 'foreground', 'orphan'),
  }),
  valuesFrom: list({
    kind: must(oneOf('Secret', 'ConfigMap')),
    name: required,
    valuesKey: {
      rule: {
        kind: 'text',
        pattern: /^[-._a-zA-Z0-9]{1,253}$/u,
        expected: 'letters, digits, -, _ and .',
      },
    },
    targetPath: {
      rule: {
        kind: 'text',
        pattern: /^(?:[a-zA-Z0-9_\-.\\/]|\[[0-9]{1,5}\]){1,250}$/u,
        expected: 'a path such as image.tag or hosts[0].name',
      },
    },
    optional: flag,
    literal: flag,
  }),
  values: {
    rule: { kind: 'map' },
    differs:
      'values that change nothing of what is rendered make no release; `lookup` of a chart finds nothing yet, and a warning says for what',
  },
  commonMetadata: object({
    labels: { rule: { kind: 'map' } },
    annotations: { rule: { kind: 'map' } },
  }),
  postRenderers: list({
    kustomize: object({
      patches: list({ patch: required, target: object(SELECTOR) }),
      images: list({ name: required, newName: text, newTag: text, digest: text }),
    }),
  }),
  postRenderStrategy: oneOf('nohooks', 'combined', 'separate'),
  waitStrategy: {
    rule: {
      kind: 'object',
      fields: { name: must(oneOf('poller', 'legacy')) },
    },
    differs: 'health is kstatus, from watches, for both',
  },
  healthCheckExprs: notYet,
}
