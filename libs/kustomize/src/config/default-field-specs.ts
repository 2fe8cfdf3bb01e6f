// The fields that the built-in transformers of kustomize 5.8.2 write. A line is `kind/version@group path`, where `*` is any
// kind, and a final `+` creates the field where it is missing. The order is upstream's.

/** Where `namePrefix` writes. */
export const NAME_PREFIX: readonly string[] = ['* metadata/name']

/** Where `nameSuffix` writes. */
export const NAME_SUFFIX: readonly string[] = ['* metadata/name']

/** Where `namespace` writes. */
export const NAMESPACE: readonly string[] = [
  'Namespace metadata/name +',
  'APIService@apiregistration.k8s.io spec/service/namespace +',
  'CustomResourceDefinition@apiextensions.k8s.io spec/conversion/webhook/clientConfig/service/namespace',
]

/** Where `commonLabels` writes. */
export const COMMON_LABELS: readonly string[] = [
  'Service/v1 spec/selector +',
  'ReplicationController/v1 spec/selector +',
  'Deployment spec/selector/matchLabels +',
  'Deployment@apps spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels',
  'Deployment@apps spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels',
  'Deployment@apps spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels',
  'Deployment@apps spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels',
  'Deployment@apps spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels',
  'ReplicaSet spec/selector/matchLabels +',
  'DaemonSet spec/selector/matchLabels +',
  'StatefulSet@apps spec/selector/matchLabels +',
  'StatefulSet@apps spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels',
  'StatefulSet@apps spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels',
  'StatefulSet@apps spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels',
  'StatefulSet@apps spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels',
  'StatefulSet@apps spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels',
  'Job@batch spec/selector/matchLabels',
  'CronJob@batch spec/jobTemplate/spec/selector/matchLabels',
  'PodDisruptionBudget@policy spec/selector/matchLabels',
  'NetworkPolicy@networking.k8s.io spec/podSelector/matchLabels',
  'NetworkPolicy@networking.k8s.io spec/ingress/from/podSelector/matchLabels',
  'NetworkPolicy@networking.k8s.io spec/egress/to/podSelector/matchLabels',
  '* metadata/labels +',
  'ReplicationController/v1 spec/template/metadata/labels +',
  'Deployment spec/template/metadata/labels +',
  'ReplicaSet spec/template/metadata/labels +',
  'DaemonSet spec/template/metadata/labels +',
  'StatefulSet@apps spec/template/metadata/labels +',
  'Job@batch spec/template/metadata/labels +',
  'CronJob@batch spec/jobTemplate/metadata/labels +',
  'CronJob@batch spec/jobTemplate/spec/template/metadata/labels +',
  'StatefulSet@apps spec/volumeClaimTemplates[]/metadata/labels +',
]

/** Where `templateLabels` writes. */
export const TEMPLATE_LABELS: readonly string[] = [
  '* metadata/labels +',
  'ReplicationController/v1 spec/template/metadata/labels +',
  'Deployment spec/template/metadata/labels +',
  'ReplicaSet spec/template/metadata/labels +',
  'DaemonSet spec/template/metadata/labels +',
  'StatefulSet@apps spec/template/metadata/labels +',
  'Job@batch spec/template/metadata/labels +',
  'CronJob@batch spec/jobTemplate/metadata/labels +',
  'CronJob@batch spec/jobTemplate/spec/template/metadata/labels +',
]

/** Where `volumeClaimTemplateLabels` writes. */
export const VOLUME_CLAIM_TEMPLATE_LABELS: readonly string[] = [
  'StatefulSet@apps spec/volumeClaimTemplates[]/metadata/labels +',
]

/** Where `commonAnnotations` writes. */
export const COMMON_ANNOTATIONS: readonly string[] = [
  '* metadata/annotations +',
  'ReplicationController/v1 spec/template/metadata/annotations +',
  'Deployment spec/template/metadata/annotations +',
  'ReplicaSet spec/template/metadata/annotations +',
  'DaemonSet spec/template/metadata/annotations +',
  'StatefulSet spec/template/metadata/annotations +',
  'Job@batch spec/template/metadata/annotations +',
  'CronJob@batch spec/jobTemplate/metadata/annotations +',
  'CronJob@batch spec/jobTemplate/spec/template/metadata/annotations +',
]

/** Where `images` writes. */
export const IMAGES: readonly string[] = [
  '* spec/containers[]/image +',
  '* spec/initContainers[]/image +',
  '* spec/volumes[]/image/reference +',
  '* spec/template/spec/containers[]/image +',
  '* spec/template/spec/initContainers[]/image +',
  '* spec/template/spec/volumes[]/image/reference +',
  '* spec/jobTemplate/spec/template/spec/volumes[]/image/reference +',
]

/** Where `replicas` writes. */
export const REPLICAS: readonly string[] = [
  'Deployment spec/replicas +',
  'ReplicationController spec/replicas +',
  'ReplicaSet spec/replicas +',
  'StatefulSet spec/replicas +',
]
