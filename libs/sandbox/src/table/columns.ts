import { listAt, numberAt, objectAt, stringAt, textOf, type JsonObject } from '../json.ts'
import { AGE, labelText, type Column } from './column.ts'
import { WORKLOAD_COLUMNS } from './workload-columns.ts'

/** The columns of built-in kinds after the name (pkg/printers/internalversion of Kubernetes 1.36). */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ...WORKLOAD_COLUMNS,
  '/configmaps': [{ name: 'Data', cell: dataCount }, AGE],
  '/secrets': [
    { name: 'Type', cell: (object) => object['type'] ?? '' },
    { name: 'Data', type: 'integer', cell: dataCount },
    AGE,
  ],
  '/namespaces': [
    { name: 'Status', cell: (object) => objectAt(object, 'status')['phase'] ?? '' },
    AGE,
  ],
  '/serviceaccounts': [AGE],
  '/services': [
    { name: 'Type', cell: (object) => objectAt(object, 'spec')['type'] ?? '' },
    { name: 'Cluster-IP', cell: (object) => objectAt(object, 'spec')['clusterIP'] ?? '<none>' },
    { name: 'External-IP', cell: externalAddress },
    { name: 'Port(s)', cell: servicePorts },
    AGE,
    {
      name: 'Selector',
      priority: 1,
      cell: (object) => labelText(objectAt(objectAt(object, 'spec'), 'selector')),
    },
  ],
  '/persistentvolumeclaims': [
    { name: 'Status', cell: (object) => objectAt(object, 'status')['phase'] ?? '' },
    { name: 'Volume', cell: (object) => objectAt(object, 'spec')['volumeName'] ?? '' },
    {
      name: 'Capacity',
      cell: (object) => objectAt(objectAt(object, 'status'), 'capacity')['storage'] ?? '',
    },
    { name: 'Access Modes', cell: accessModes },
    { name: 'StorageClass', cell: (object) => objectAt(object, 'spec')['storageClassName'] ?? '' },
    { name: 'VolumeAttributesClass', cell: () => '<unset>' },
    AGE,
    {
      name: 'VolumeMode',
      priority: 1,
      cell: (object) => objectAt(object, 'spec')['volumeMode'] ?? '',
    },
  ],
  'autoscaling/horizontalpodautoscalers': [
    { name: 'Reference', cell: scaleTarget },
    { name: 'Targets', cell: () => '<unknown>' },
    {
      name: 'MinPods',
      cell: (object) => textOf(objectAt(object, 'spec')['minReplicas'] ?? '<unset>'),
    },
    {
      name: 'MaxPods',
      type: 'integer',
      cell: (object) => objectAt(object, 'spec')['maxReplicas'] ?? 0,
    },
    {
      name: 'Replicas',
      type: 'integer',
      cell: (object) => objectAt(object, 'status')['currentReplicas'] ?? 0,
    },
    AGE,
  ],
  'networking.k8s.io/ingresses': [
    { name: 'Class', cell: (object) => objectAt(object, 'spec')['ingressClassName'] ?? '<none>' },
    { name: 'Hosts', cell: ingressHosts },
    { name: 'Address', cell: balancerAddress },
    {
      name: 'Ports',
      cell: (object) => (listAt(objectAt(object, 'spec'), 'tls').length > 0 ? '80, 443' : '80'),
    },
    AGE,
  ],
  'networking.k8s.io/ingressclasses': [
    { name: 'Controller', cell: (object) => objectAt(object, 'spec')['controller'] ?? '' },
    { name: 'Parameters', cell: () => '<none>' },
    AGE,
  ],
  'networking.k8s.io/networkpolicies': [
    {
      name: 'Pod-Selector',
      cell: (object) =>
        labelText(objectAt(objectAt(objectAt(object, 'spec'), 'podSelector'), 'matchLabels')),
    },
    AGE,
  ],
  'policy/poddisruptionbudgets': [
    {
      name: 'Min Available',
      cell: (object) => textOf(objectAt(object, 'spec')['minAvailable'] ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      cell: (object) => textOf(objectAt(object, 'spec')['maxUnavailable'] ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      cell: (object) => objectAt(object, 'status')['disruptionsAllowed'] ?? 0,
    },
    AGE,
  ],
  'rbac.authorization.k8s.io/rolebindings': [{ name: 'Role', cell: roleText }, AGE],
  'rbac.authorization.k8s.io/clusterrolebindings': [{ name: 'Role', cell: roleText }, AGE],
  'scheduling.k8s.io/priorityclasses': [
    { name: 'Value', type: 'integer', cell: (object) => object['value'] ?? 0 },
    { name: 'Global-Default', cell: (object) => object['globalDefault'] === true },
    AGE,
    { name: 'PreemptionPolicy', cell: (object) => object['preemptionPolicy'] ?? '' },
  ],
  'storage.k8s.io/storageclasses': [
    { name: 'Provisioner', cell: (object) => object['provisioner'] ?? '' },
    { name: 'ReclaimPolicy', cell: (object) => object['reclaimPolicy'] ?? '' },
    { name: 'VolumeBindingMode', cell: (object) => object['volumeBindingMode'] ?? '' },
    { name: 'AllowVolumeExpansion', cell: (object) => object['allowVolumeExpansion'] === true },
    AGE,
  ],
}

function dataCount(object: JsonObject): number {
  return (
    Object.keys(objectAt(object, 'data')).length +
    Object.keys(objectAt(object, 'binaryData')).length
  )
}

function externalAddress(object: JsonObject): string {
  const type = objectAt(object, 'spec')['type']
  if (type === 'ExternalName') return stringAt(objectAt(object, 'spec'), 'externalName') ?? ''
  if (type !== 'LoadBalancer') return '<none>'
  const address = balancerAddress(object)
  return address === '' ? '<pending>' : address
}

function balancerAddress(object: JsonObject): string {
  const balancer = objectAt(objectAt(object, 'status'), 'loadBalancer')
  return listAt(balancer, 'ingress')
    .map((entry) => stringAt(entry, 'ip') ?? stringAt(entry, 'hostname') ?? '')
    .join(',')
}

function servicePorts(object: JsonObject): string {
  const ports = listAt(objectAt(object, 'spec'), 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort')
    const number = String(numberAt(port, 'port') ?? '')
    const both = nodePort === undefined ? number : `${number}:${nodePort}`
    return `${both}/${stringAt(port, 'protocol') ?? ''}`
  })
  return ports.length === 0 ? '<none>' : ports.join(',')
}

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

function accessModes(object: JsonObject): string {
  const modes = listAt(objectAt(object, 'status'), 'accessModes').map(String)
  return modes.map((mode) => MODES[mode] ?? mode).join(',')
}

function scaleTarget(object: JsonObject): string {
  const target = objectAt(objectAt(object, 'spec'), 'scaleTargetRef')
  return `${stringAt(target, 'kind') ?? ''}/${stringAt(target, 'name') ?? ''}`
}

function ingressHosts(object: JsonObject): string {
  const rules = listAt(objectAt(object, 'spec'), 'rules')
  const hosts = rules.map((rule) => stringAt(rule, 'host') ?? '').filter((host) => host !== '')
  return hosts.length === 0 ? '*' : hosts.join(',')
}

function roleText(object: JsonObject): string {
  const role = objectAt(object, 'roleRef')
  return `${stringAt(role, 'kind') ?? ''}/${stringAt(role, 'name') ?? ''}`
}
