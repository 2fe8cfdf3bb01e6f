/**
 * What the OpenAPI document of the API server does not say of its Go types, and what shows in JSON: which empty
 * values are left out, and which absent ones are null (k8s.io/api, apimachinery and apiextensions-apiserver 0.36.3).
 */

/** Optional strings are values, which are left out when empty, but for these pointers. */
const STRING_POINTERS: ReadonlySet<string> = new Set([
  '$ref',
  'appProtocol',
  'cachingMode',
  'completionMode',
  'currentVolumeAttributesClassName',
  'deprecationWarning',
  'endpointsNamespace',
  'failedIndexes',
  'failurePolicy',
  'fsGroupChangePolicy',
  'gmsaCredentialSpec',
  'gmsaCredentialSpecName',
  'holderIdentity',
  'hostnameOverride',
  'ingressClassName',
  'initiatorName',
  'internalTrafficPolicy',
  'ipFamilyPolicy',
  'ipMode',
  'labelSelectorPath',
  'loadBalancerClass',
  'localhostProfile',
  'managedBy',
  'matchPolicy',
  'mountPropagation',
  'nodeAffinityPolicy',
  'nodeTaintsPolicy',
  'parameterNotFoundAction',
  'podGroupName',
  'podReplacementPolicy',
  'preemptionPolicy',
  'preferredHolder',
  'procMount',
  'reclaimPolicy',
  'recursiveReadOnly',
  'reinvocationPolicy',
  'resourceClaimName',
  'resourceClaimTemplateName',
  'runAsUserName',
  'runtimeClassName',
  'scope',
  'seLinuxChangePolicy',
  'secretNamespace',
  'selectPolicy',
  'service',
  'signerName',
  'stopSignal',
  'strategy',
  'succeededIndexes',
  'supplementalGroupsPolicy',
  'timeZone',
  'trafficDistribution',
  'unhealthyPodEvictionPolicy',
  'volumeAttributesClassName',
  'volumeBindingMode',
  'volumeMode',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'admissionregistration.v1.ServiceReference.path',
  'admissionregistration.v1.Validation.reason',
  'admissionregistration.v1.WebhookClientConfig.url',
  'apiextensions.v1.ServiceReference.path',
  'apiextensions.v1.ValidationRule.reason',
  'apiextensions.v1.WebhookClientConfig.url',
  'batch.v1.PodFailurePolicyOnExitCodesRequirement.containerName',
  'core.v1.AzureDiskVolumeSource.fsType',
  'core.v1.CSIVolumeSource.fsType',
  'core.v1.ClusterTrustBundleProjection.name',
  'core.v1.Container.restartPolicy',
  'core.v1.EndpointAddress.nodeName',
  'core.v1.EphemeralContainer.restartPolicy',
  'core.v1.HostPathVolumeSource.type',
  'core.v1.LocalVolumeSource.fsType',
  'core.v1.PersistentVolumeClaimSpec.storageClassName',
  'core.v1.PodDNSConfigOption.value',
  'core.v1.PortStatus.error',
  'core.v1.ResourceHealth.message',
  'core.v1.TypedLocalObjectReference.apiGroup',
  'core.v1.TypedObjectReference.apiGroup',
  'core.v1.TypedObjectReference.namespace',
  'networking.v1.IngressClassParametersReference.apiGroup',
  'networking.v1.IngressClassParametersReference.namespace',
  'networking.v1.IngressPortStatus.error',
  'networking.v1.NetworkPolicyPort.protocol',
])

/** Optional numbers and booleans are pointers, which keep a zero, but for these values. */
const ZERO_VALUES: ReadonlySet<string> = new Set([
  'active',
  'availableReplicas',
  'chapAuthDiscovery',
  'chapAuthSession',
  'count',
  'currentReplicas',
  'deprecated',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'failed',
  'failureThreshold',
  'fullyLabeledReplicas',
  'generation',
  'globalDefault',
  'healthCheckNodePort',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'nullable',
  'number',
  'numberAvailable',
  'numberUnavailable',
  'observedGeneration',
  'partition',
  'paused',
  'periodSeconds',
  'preserveUnknownFields',
  'priority',
  'publishNotReadyAddresses',
  'readOnly',
  'readyReplicas',
  'replicas',
  'signal',
  'sizeBytes',
  'sslEnabled',
  'stdin',
  'stdinOnce',
  'succeeded',
  'successThreshold',
  'timeoutSeconds',
  'tty',
  'unavailableReplicas',
  'uniqueItems',
  'unschedulable',
  'updatedNumberScheduled',
  'updatedReplicas',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
])

/** Pointers whose name is among `ZERO_VALUES` in other types. */
const ZERO_POINTERS: ReadonlySet<string> = new Set([
  'admissionregistration.v1.MutatingWebhook.timeoutSeconds',
  'admissionregistration.v1.ValidatingWebhook.timeoutSeconds',
  'apps.v1.DeploymentSpec.replicas',
  'apps.v1.ReplicaSetSpec.replicas',
  'apps.v1.RollingUpdateStatefulSetStrategy.partition',
  'apps.v1.StatefulSetSpec.replicas',
  'autoscaling.v2.HorizontalPodAutoscalerStatus.observedGeneration',
  'core.v1.AzureDiskVolumeSource.readOnly',
  'core.v1.CSIVolumeSource.readOnly',
  'core.v1.ClientIPConfig.timeoutSeconds',
  'core.v1.PodSpec.priority',
])

/** Strings whose schema has the default of what is always there, but that are left out when empty. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'core.v1.ConfigMapEnvSource.name',
  'core.v1.ConfigMapKeySelector.name',
  'core.v1.ConfigMapProjection.name',
  'core.v1.ConfigMapVolumeSource.name',
  'core.v1.LocalObjectReference.name',
  'core.v1.SecretEnvSource.name',
  'core.v1.SecretKeySelector.name',
  'core.v1.SecretProjection.name',
])

/** Lists that nobody requires, and that are null when they are absent. */
const NULL_LISTS: ReadonlySet<string> = new Set([
  'apiextensions.v1.CustomResourceDefinitionStatus.conditions',
  'apiextensions.v1.CustomResourceDefinitionStatus.storedVersions',
  'autoscaling.v2.HorizontalPodAutoscalerStatus.currentMetrics',
  'core.v1.ContainerImage.names',
  'core.v1.ProjectedVolumeSource.sources',
  'rbac.v1.ClusterRole.rules',
  'rbac.v1.Role.rules',
])

/** Lists that are required, and left out when they are absent all the same. */
const ABSENT_LISTS: ReadonlySet<string> = new Set([
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions',
])

/** Times that are null when they are absent. */
const NULL_TIMES: ReadonlySet<string> = new Set([
  'eventTime',
  'finishedAt',
  'firstTimestamp',
  'lastHeartbeatTime',
  'lastObservedTime',
  'lastProbeTime',
  'lastTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'startedAt',
])

/** A field of a Go type, by the recorded name of the type. */
export interface GoField {
  readonly type: string | undefined
  readonly name: string
}

function isIn(set: ReadonlySet<string>, { type, name }: GoField): boolean {
  return set.has(name) || set.has(`${type ?? ''}.${name}`)
}

/** An optional string that is left out when it is empty. */
export function omitsEmptyString(field: GoField): boolean {
  return !isIn(STRING_POINTERS, field)
}

/** An optional number or boolean that is left out when it is zero. */
export function omitsZero(field: GoField): boolean {
  return isIn(ZERO_VALUES, field) && !isIn(ZERO_POINTERS, field)
}

/** A string that is left out when empty although its schema says that it is always there. */
export function isLeftOut(field: GoField): boolean {
  return isIn(LEFT_OUT, field)
}

/** A list or map that is null when it is absent; `isRequired` is what the schema says. */
export function isNullWhenAbsent(field: GoField, isRequired: boolean): boolean {
  return isRequired ? !isIn(ABSENT_LISTS, field) : isIn(NULL_LISTS, field)
}

export function isNullTime({ name }: GoField): boolean {
  return NULL_TIMES.has(name)
}
