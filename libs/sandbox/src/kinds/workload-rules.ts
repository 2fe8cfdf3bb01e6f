import { equalJson, objectAt, stringAt, type JsonObject } from '../json.ts'
import { draftAt, draftsAt, ensureAt, setDefaults, type Draft } from '../draft.ts'
import { setPodDefaults, setPodSpecDefaults } from './pod-defaults.ts'
import type { KindRules, Tools } from './rules.ts'
import {
  validateCronJob,
  validateDaemonSet,
  validateDeployment,
  validateJob,
  validateJobUpdate,
  validatePod,
  validatePodUpdate,
  validateSelectorUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from './validate-workload.ts'

/** Rules of the kinds that run Pods, by storage key. */
export const WORKLOAD_RULES: Readonly<Record<string, KindRules>> = {
  '/pods': {
    setDefaults: setPodDefaults,
    prepareCreate: preparePod,
    prepareUpdate: (draft) => admitPod(ensureAt(draft, 'spec')),
    validate: validatePod,
    validateUpdate: validatePodUpdate,
    generation: ['spec'],
  },
  'apps/deployments': {
    setDefaults: setDeploymentDefaults,
    validate: validateDeployment,
    validateUpdate: validateSelectorUpdate,
    generation: ['spec'],
  },
  'apps/replicasets': {
    setDefaults: (draft) => {
      const spec = ensureAt(draft, 'spec')
      setDefaults(spec, { replicas: 1 })
      setTemplateDefaults(spec)
    },
    validate: validateDeployment,
    validateUpdate: validateSelectorUpdate,
    generation: ['spec'],
  },
  'apps/statefulsets': {
    setDefaults: setStatefulSetDefaults,
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    generation: ['spec'],
  },
  'apps/daemonsets': {
    setDefaults: setDaemonSetDefaults,
    prepareCreate: (draft) => setTemplateGeneration(draft, '1'),
    prepareUpdate: keepTemplateGeneration,
    validate: validateDaemonSet,
    validateUpdate: validateSelectorUpdate,
    generation: ['spec'],
  },
  'batch/jobs': {
    setDefaults: setJobDefaults,
    prepareCreate: prepareJob,
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    generation: ['spec'],
  },
  'batch/cronjobs': {
    setDefaults: setCronJobDefaults,
    validate: validateCronJob,
    generation: ['spec'],
  },
}

function setTemplateDefaults(spec: Draft): void {
  const template = draftAt(spec, 'template')
  const podSpec = draftAt(template, 'spec')
  if (podSpec !== undefined) setPodSpecDefaults(podSpec)
}

/** Labels of the template, when the object itself has none (only apps/v1beta did; kept out of v1). */
function setDeploymentDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setTemplateDefaults(spec)
  setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
  const strategy = ensureAt(spec, 'strategy')
  setDefaults(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] !== 'RollingUpdate') return
  setDefaults(ensureAt(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' })
}

function setStatefulSetDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setTemplateDefaults(spec)
  setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' })
  const strategy = ensureAt(spec, 'updateStrategy')
  setDefaults(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] === 'RollingUpdate') {
    setDefaults(ensureAt(strategy, 'rollingUpdate'), { partition: 0 })
  }
  const retention = ensureAt(spec, 'persistentVolumeClaimRetentionPolicy')
  setDefaults(retention, { whenDeleted: 'Retain', whenScaled: 'Retain' })
  for (const claim of draftsAt(spec, 'volumeClaimTemplates')) {
    setDefaults(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
    setDefaults(ensureAt(claim, 'spec'), { volumeMode: 'Filesystem' })
    setDefaults(ensureAt(claim, 'status'), { phase: 'Pending' })
  }
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

function setTemplateGeneration(draft: Draft, generation: string): void {
  ensureAt(ensureAt(draft, 'metadata'), 'annotations')[TEMPLATE_GENERATION] = generation
}

/** The annotation counts the changes of the template, whatever a client writes into it. */
function keepTemplateGeneration(draft: Draft, old: JsonObject): void {
  const before = stringAt(objectAt(objectAt(old, 'metadata'), 'annotations'), TEMPLATE_GENERATION)
  const isSame = equalJson(ensureAt(draft, 'spec')['template'], objectAt(old, 'spec')['template'])
  setTemplateGeneration(draft, String(Number(before ?? '0') + (isSame ? 0 : 1)))
}

function setDaemonSetDefaults(draft: Draft): void {
  const annotations = ensureAt(ensureAt(draft, 'metadata'), 'annotations')
  setDefaults(annotations, { [TEMPLATE_GENERATION]: '0' })
  const spec = ensureAt(draft, 'spec')
  setTemplateDefaults(spec)
  setDefaults(spec, { revisionHistoryLimit: 10 })
  const strategy = ensureAt(spec, 'updateStrategy')
  setDefaults(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] !== 'RollingUpdate') return
  setDefaults(ensureAt(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
}

function setJobDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setJobSpecDefaults(spec)
  copyTemplateLabels(draft, spec)
}

/** A Job without labels has those of its template. */
function copyTemplateLabels(draft: Draft, spec: Draft): void {
  const labels = draftAt(draftAt(draftAt(spec, 'template'), 'metadata'), 'labels')
  const metadata = ensureAt(draft, 'metadata')
  const own = draftAt(metadata, 'labels') ?? {}
  if (labels !== undefined && Object.keys(own).length === 0) metadata['labels'] = { ...labels }
}

function setJobSpecDefaults(spec: Draft): void {
  setTemplateDefaults(spec)
  const isQueue = spec['completions'] === undefined && spec['parallelism'] !== undefined
  if (!isQueue) setDefaults(spec, { completions: 1, parallelism: 1 })
  setDefaults(spec, {
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  })
}

function setCronJobDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setDefaults(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  })
  const job = draftAt(draftAt(spec, 'jobTemplate'), 'spec')
  if (job !== undefined) setTemplateDefaults(job)
}

function preparePod(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  admitPod(spec)
  draft['status'] = { phase: 'Pending', qosClass: qosOf(spec) }
}

/** What the admission plugins Priority and DefaultTolerationSeconds add. */
function admitPod(spec: Draft): void {
  setDefaults(spec, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' })
  const tolerations = draftsAt(spec, 'tolerations')
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerations.some((toleration) => toleration['key'] === key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
  spec['tolerations'] = [...tolerations, ...added]
}

/** BestEffort without requests and limits, Guaranteed where each container's are equal, else Burstable. */
function qosOf(spec: Draft): string {
  const containers = [...draftsAt(spec, 'initContainers'), ...draftsAt(spec, 'containers')]
  const resources = containers.map((container) => draftAt(container, 'resources'))
  const isSet = (name: string): boolean =>
    resources.some((resource) => Object.keys(draftAt(resource, name) ?? {}).length > 0)
  if (!isSet('limits') && !isSet('requests')) return 'BestEffort'
  const isGuaranteed = resources.every((resource) => {
    const limits = draftAt(resource, 'limits')
    const requests = draftAt(resource, 'requests') ?? limits
    return ['cpu', 'memory'].every(
      (name) => limits?.[name] !== undefined && limits[name] === requests?.[name],
    )
  })
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}

/** The selector and labels that the server generates unless `manualSelector` is set. */
function prepareJob(draft: Draft, _tools: Tools): void {
  const spec = ensureAt(draft, 'spec')
  if (spec['manualSelector'] === true) return
  const metadata = ensureAt(draft, 'metadata')
  const uid = metadata['uid'] ?? ''
  const name = metadata['name'] ?? ''
  const labels = ensureAt(ensureAt(ensureAt(spec, 'template'), 'metadata'), 'labels')
  setDefaults(labels, {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  })
  spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
  copyTemplateLabels(draft, spec)
}
