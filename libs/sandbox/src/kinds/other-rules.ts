import { forbidden, invalid, required, type FieldError } from '../api/errors.ts'
import { draftAt, draftsAt, ensureAt, setDefaults, type Draft } from '../draft.ts'
import {
  equalJson,
  isObject,
  listAt,
  objectAt,
  stringAt,
  textOf,
  withFields,
  type JsonObject,
} from '../json.ts'
import { setAutoscalerDefaults } from './autoscaler-defaults.ts'
import type { KindRules } from './rules.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** Rules of the kinds that run nothing, by storage key. */
export const OTHER_RULES: Readonly<Record<string, KindRules>> = {
  '/namespaces': {
    setDefaults: (draft) => {
      const metadata = ensureAt(draft, 'metadata')
      const name = metadata['name']
      if (typeof name === 'string')
        ensureAt(metadata, 'labels')['kubernetes.io/metadata.name'] = name
      setDefaults(ensureAt(draft, 'status'), { phase: 'Active' })
    },
    prepareCreate: (draft) => {
      ensureAt(draft, 'spec')['finalizers'] = ['kubernetes']
      draft['status'] = { phase: 'Active' }
    },
    prepareUpdate: (draft, old) => {
      // Only the finalize subresource changes them; here they stay.
      const finalizers = listAt(objectAt(old, 'spec'), 'finalizers').map(String)
      if (finalizers.length > 0) ensureAt(draft, 'spec')['finalizers'] = finalizers
    },
  },
  '/configmaps': { validateUpdate: validateImmutableData },
  '/secrets': {
    setDefaults: setSecretDefaults,
    validate: validateSecret,
    validateUpdate: (object, old) => [
      ...(equalJson(object['type'], old['type'])
        ? []
        : [invalid('type', object['type'] ?? '', 'field is immutable')]),
      ...validateImmutableData(object, old),
    ],
  },
  '/persistentvolumeclaims': {
    setDefaults: (draft) => {
      setDefaults(ensureAt(draft, 'spec'), { volumeMode: 'Filesystem' })
      setDefaults(ensureAt(draft, 'status'), { phase: 'Pending' })
    },
    prepareCreate: (draft) => {
      draft['status'] = { phase: 'Pending' }
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
  },
  '/persistentvolumes': {
    setDefaults: (draft) => {
      setDefaults(ensureAt(draft, 'spec'), {
        persistentVolumeReclaimPolicy: 'Retain',
        volumeMode: 'Filesystem',
      })
      const hostPath = draftAt(draftAt(draft, 'spec'), 'hostPath')
      if (hostPath !== undefined) setDefaults(hostPath, { type: '' })
    },
    prepareCreate: (draft, tools) => {
      draft['status'] = { phase: 'Pending', lastPhaseTransitionTime: tools.time() }
    },
  },
  '/limitranges': { setDefaults: setLimitRangeDefaults },
  '/endpoints': {
    setDefaults: (draft) => {
      for (const subset of draftsAt(draft, 'subsets')) {
        for (const port of draftsAt(subset, 'ports')) setDefaults(port, { protocol: 'TCP' })
      }
    },
  },
  'autoscaling/horizontalpodautoscalers': { setDefaults: setAutoscalerDefaults },
  'networking.k8s.io/ingresses': { generation: ['spec'], validate: validateIngress },
  'networking.k8s.io/ingressclasses': { generation: ['spec'] },
  'networking.k8s.io/networkpolicies': {
    setDefaults: setNetworkPolicyDefaults,
    generation: ['spec'],
  },
  'policy/poddisruptionbudgets': { generation: ['spec'] },
  'rbac.authorization.k8s.io/rolebindings': {
    setDefaults: setBindingDefaults,
    validateUpdate: validateBindingUpdate,
  },
  'rbac.authorization.k8s.io/clusterrolebindings': {
    setDefaults: setBindingDefaults,
    validateUpdate: validateBindingUpdate,
  },
  'scheduling.k8s.io/priorityclasses': {
    setDefaults: (draft) => setDefaults(draft, { preemptionPolicy: 'PreemptLowerPriority' }),
    validateUpdate: (object, old) =>
      equalJson(object['value'], old['value'])
        ? []
        : [forbidden('value', 'may not be changed in an update.')],
    generation: ['value', 'globalDefault', 'description', 'preemptionPolicy'],
  },
  'storage.k8s.io/storageclasses': {
    setDefaults: (draft) =>
      setDefaults(draft, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
    validateUpdate: validateStorageClassUpdate,
  },
  'admissionregistration.k8s.io/validatingwebhookconfigurations': {
    setDefaults: (draft) => setWebhookDefaults(draft, {}),
    generation: ['webhooks'],
  },
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': {
    setDefaults: (draft) => setWebhookDefaults(draft, { reinvocationPolicy: 'Never' }),
    generation: ['webhooks'],
  },
  'admissionregistration.k8s.io/validatingadmissionpolicies': {
    setDefaults: setPolicyDefaults,
    generation: ['spec'],
  },
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': {
    setDefaults: (draft) => setMatchDefaults(draftAt(draftAt(draft, 'spec'), 'matchResources')),
    generation: ['spec'],
  },
}

/** `stringData` becomes `data`, in base64, as when it is written by a client. */
function setSecretDefaults(draft: Draft): void {
  setDefaults(draft, { type: 'Opaque' })
  const text = draftAt(draft, 'stringData')
  if (text === undefined) return
  const data = ensureAt(draft, 'data')
  for (const [key, value] of Object.entries(text)) {
    data[key] = Buffer.from(textOf(value)).toString('base64')
  }
  delete draft['stringData']
}

const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

function validateSecret(object: JsonObject): readonly FieldError[] {
  const data = objectAt(object, 'data')
  return (REQUIRED_KEYS[stringAt(object, 'type') ?? ''] ?? [])
    .filter((key) => !(key in data))
    .map((key) => required(`data[${key}]`))
}

function validateImmutableData(object: JsonObject, old: JsonObject): readonly FieldError[] {
  if (old['immutable'] !== true) return []
  const errors: FieldError[] = []
  if (object['immutable'] !== true) {
    errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'))
  }
  for (const field of ['data', 'binaryData']) {
    if (!equalJson(object[field], old[field])) {
      errors.push(forbidden(field, 'field is immutable when `immutable` is set'))
    }
  }
  return errors
}

function validateClaim(object: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  const errors: FieldError[] = []
  if (listAt(spec, 'accessModes').length === 0) {
    errors.push(required('spec.accessModes', 'at least 1 access mode is required'))
  }
  if (objectAt(objectAt(spec, 'resources'), 'requests')['storage'] === undefined) {
    errors.push(required('spec.resources[storage]'))
  }
  return errors
}

function validateClaimUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  if (equalJson(fixedPart(object), fixedPart(old))) return []
  return [
    forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  ]
}

function fixedPart(claim: JsonObject): JsonObject {
  return withFields(objectAt(claim, 'spec'), {
    resources: undefined,
    volumeAttributesClassName: undefined,
    volumeName: undefined,
  })
}

function validateStorageClassUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = []
  if (!equalJson(object['parameters'], old['parameters'])) {
    errors.push(forbidden('parameters', 'updates to parameters are forbidden.'))
  }
  if (object['provisioner'] !== old['provisioner']) {
    errors.push(forbidden('provisioner', 'updates to provisioner are forbidden.'))
  }
  for (const field of ['reclaimPolicy', 'volumeBindingMode']) {
    if (object[field] !== old[field]) {
      errors.push(invalid(field, object[field] ?? '', 'field is immutable'))
    }
  }
  return errors
}

function validateIngress(object: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = []
  for (const [index, rule] of listAt(objectAt(object, 'spec'), 'rules').entries()) {
    const paths = listAt(isObject(rule) ? objectAt(rule, 'http') : undefined, 'paths')
    for (const [at, path] of paths.entries()) {
      const field = `spec.rules[${index}].http.paths[${at}].pathType`
      if (stringAt(path, 'pathType') === undefined) {
        errors.push(required(field, 'pathType must be specified'))
      }
    }
  }
  return errors
}

function setNetworkPolicyDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  for (const rule of [...draftsAt(spec, 'ingress'), ...draftsAt(spec, 'egress')]) {
    for (const port of draftsAt(rule, 'ports')) setDefaults(port, { protocol: 'TCP' })
  }
  if (spec['policyTypes'] !== undefined) return
  spec['policyTypes'] = draftsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function setBindingDefaults(draft: Draft): void {
  const role = draftAt(draft, 'roleRef')
  if (role !== undefined && (role['apiGroup'] ?? '') === '') role['apiGroup'] = RBAC
  for (const subject of draftsAt(draft, 'subjects')) {
    if (subject['kind'] !== 'ServiceAccount') setDefaults(subject, { apiGroup: RBAC })
  }
}

function validateBindingUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  if (equalJson(object['roleRef'], old['roleRef'])) return []
  const role = objectAt(object, 'roleRef')
  // Printed as the API server's internal type is.
  const internal = {
    APIGroup: role['apiGroup'] ?? '',
    Kind: role['kind'] ?? '',
    Name: role['name'] ?? '',
  }
  return [invalid('roleRef', internal, 'cannot change roleRef')]
}

function setWebhookDefaults(draft: Draft, more: Readonly<Record<string, string>>): void {
  for (const webhook of draftsAt(draft, 'webhooks')) {
    setDefaults(webhook, { failurePolicy: 'Fail', timeoutSeconds: 10, ...more })
    setMatchDefaults(webhook)
    for (const rule of draftsAt(webhook, 'rules')) setDefaults(rule, { scope: '*' })
    const service = draftAt(draftAt(webhook, 'clientConfig'), 'service')
    if (service !== undefined) setDefaults(service, { port: 443 })
  }
}

function setPolicyDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setDefaults(spec, { failurePolicy: 'Fail' })
  setMatchDefaults(draftAt(spec, 'matchConstraints'))
}

function setMatchDefaults(match: Draft | undefined): void {
  if (match === undefined) return
  setDefaults(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  const rules = [...draftsAt(match, 'resourceRules'), ...draftsAt(match, 'excludeResourceRules')]
  for (const rule of rules) setDefaults(rule, { scope: '*' })
}

/** What a container gets where it says nothing: its default, or else its maximum; requests as limits. */
function setLimitRangeDefaults(draft: Draft): void {
  for (const limit of draftsAt(draftAt(draft, 'spec'), 'limits')) {
    if (limit['type'] !== 'Container') continue
    const max = draftAt(limit, 'max')
    const min = draftAt(limit, 'min')
    if (max !== undefined) setDefaults(ensureAt(limit, 'default'), max)
    const limits = draftAt(limit, 'default')
    if (limits !== undefined) setDefaults(ensureAt(limit, 'defaultRequest'), limits)
    if (min !== undefined) setDefaults(ensureAt(limit, 'defaultRequest'), min)
  }
}
