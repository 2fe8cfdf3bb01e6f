import { forbidden, invalid, notSupported, required, type FieldError } from '../api/errors.ts'
import {
  canonicalJson,
  equalJson,
  isObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  withFields,
  type Json,
  type JsonObject,
} from '../json.ts'
import { matchesLabelSelector } from '../api/selectors.ts'
import { validatePodSpec } from './validate-pod-spec.ts'

/** The commonest complaints about a Pod (pkg/apis/core/validation of Kubernetes 1.36). */
export function validatePod(object: JsonObject): readonly FieldError[] {
  return validatePodSpec(objectAt(object, 'spec'), 'spec')
}

const POD_FIELDS_THAT_MAY_CHANGE: readonly string[] = [
  'activeDeadlineSeconds',
  'terminationGracePeriodSeconds',
  'tolerations',
  'nodeName',
]

export function validatePodUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  if (equalJson(fixedPart(object), fixedPart(old))) return []
  return [
    forbidden(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ]
}

function fixedPart(pod: JsonObject): JsonObject {
  const spec = objectAt(pod, 'spec')
  const without: Record<string, Json | undefined> = {}
  for (const name of POD_FIELDS_THAT_MAY_CHANGE) without[name] = undefined
  for (const name of ['containers', 'initContainers']) {
    if (name in spec) without[name] = listAt(spec, name).map(withoutImage)
  }
  return withFields(spec, without)
}

function withoutImage(container: Json): Json {
  return isObject(container) ? withFields(container, { image: undefined }) : container
}

/** Deployments and ReplicaSets. */
export function validateDeployment(object: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  return [...validateReplicas(spec), ...validateSelected(spec), ...validateStrategy(spec)]
}

/** A Deployment that recreates its Pods has no rolling update; a ReplicaSet has no strategy at all. */
function validateStrategy(spec: JsonObject): readonly FieldError[] {
  const strategy = objectAt(spec, 'strategy')
  if (strategy['type'] !== 'Recreate' || strategy['rollingUpdate'] === undefined) return []
  const detail = "may not be specified when strategy `type` is 'Recreate'"
  return [forbidden('spec.strategy.rollingUpdate', detail)]
}

export function validateDaemonSet(object: JsonObject): readonly FieldError[] {
  return validateSelected(objectAt(object, 'spec'))
}

export function validateStatefulSet(object: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  return [...validateReplicas(spec), ...validateSelected(spec)]
}

export function validateSelectorUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const [after, before] = [objectAt(object, 'spec')['selector'], objectAt(old, 'spec')['selector']]
  return equalJson(after, before)
    ? []
    : [invalid('spec.selector', after ?? null, 'field is immutable')]
}

const STATEFUL_SET_FIELDS: readonly string[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export function validateStatefulSetUpdate(
  object: JsonObject,
  old: JsonObject,
): readonly FieldError[] {
  const changeable = Object.fromEntries(STATEFUL_SET_FIELDS.map((name) => [name, undefined]))
  const fixed = (set: JsonObject): JsonObject => withFields(objectAt(set, 'spec'), changeable)
  if (equalJson(fixed(object), fixed(old))) return []
  const names = STATEFUL_SET_FIELDS.map((name) => `'${name}'`)
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return [
    forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`),
  ]
}

export function validateJob(object: JsonObject): readonly FieldError[] {
  return validateJobSpec(objectAt(object, 'spec'), 'spec')
}

export function validateJobUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const [after, before] = [objectAt(object, 'spec'), objectAt(old, 'spec')]
  return ['completions', 'selector', 'template', 'completionMode'].flatMap((name) =>
    equalJson(after[name], before[name])
      ? []
      : [invalid(`spec.${name}`, after[name] ?? null, 'field is immutable')],
  )
}

export function validateCronJob(object: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  const job = objectAt(objectAt(spec, 'jobTemplate'), 'spec')
  const errors = [...validateJobSpec(job, 'spec.jobTemplate.spec')]
  if ((stringAt(spec, 'schedule') ?? '') === '') errors.unshift(required('spec.schedule'))
  return errors
}

function validateJobSpec(spec: JsonObject, path: string): readonly FieldError[] {
  const podSpec = objectAt(objectAt(spec, 'template'), 'spec')
  const template = `${path}.template.spec`
  const errors = [...validatePodSpec(podSpec, template)]
  const policy = stringAt(podSpec, 'restartPolicy') ?? ''
  if (policy !== 'OnFailure' && policy !== 'Never') {
    const allowed = ['OnFailure', 'Never']
    errors.push(
      policy === 'Always'
        ? notSupported(`${template}.restartPolicy`, policy, allowed)
        : required(`${template}.restartPolicy`, 'valid values: "OnFailure", "Never"'),
    )
  }
  return errors
}

function validateReplicas(spec: JsonObject): readonly FieldError[] {
  const replicas = numberAt(spec, 'replicas') ?? 0
  if (replicas >= 0) return []
  return [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]
}

/** What has a selector and a template: they must fit, and the pods must restart. */
function validateSelected(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = []
  const template = objectAt(spec, 'template')
  const selector = spec['selector']
  const labels = objectAt(objectAt(template, 'metadata'), 'labels')
  if (!isObject(selector)) errors.push(required('spec.selector'))
  else if (Object.keys(selector).length === 0) {
    const detail = 'empty selector is invalid for deployment'
    errors.push(invalid('spec.selector', {}, detail))
  }
  if (!isObject(selector) || !matchesLabelSelector(selector, labels)) {
    const detail = '`selector` does not match template `labels`'
    errors.push({
      field: 'spec.template.metadata.labels',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${Object.keys(labels).length === 0 ? 'null' : canonicalJson(labels)}: ${detail}`,
    })
  }
  const podSpec = objectAt(template, 'spec')
  errors.push(...validatePodSpec(podSpec, 'spec.template.spec'))
  const policy = stringAt(podSpec, 'restartPolicy')
  if (policy !== undefined && policy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']))
  }
  return errors
}
