import { draftsAt, ensureAt, setDefaults, type Draft } from '../draft.ts'
import { listAt, numberAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import { invalid, required, type FieldError } from '../api/errors.ts'
import type { KindRules, Tools } from './rules.ts'

/** Rules of Services: addresses and node ports are given out by the server. */
export const SERVICE_RULES: KindRules = {
  setDefaults: setServiceDefaults,
  prepareCreate: (draft, tools) => allocate(draft, tools),
  prepareUpdate: (draft, old, tools) => {
    keepAllocated(draft, old)
    allocate(draft, tools)
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
}

function setServiceDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setDefaults(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  if (spec['sessionAffinity'] === 'ClientIP') {
    const clientIp = ensureAt(ensureAt(spec, 'sessionAffinityConfig'), 'clientIP')
    setDefaults(clientIp, { timeoutSeconds: 10_800 })
  }
  for (const port of draftsAt(spec, 'ports')) {
    setDefaults(port, { protocol: 'TCP' })
    const target = port['targetPort']
    const number = port['port']
    if ((target === undefined || target === 0 || target === '') && number !== undefined) {
      port['targetPort'] = number
    }
  }
  const type = spec['type']
  if (type === 'NodePort' || type === 'LoadBalancer')
    setDefaults(spec, { externalTrafficPolicy: 'Cluster' })
  if (type !== 'ExternalName') setDefaults(spec, { internalTrafficPolicy: 'Cluster' })
  if (type === 'LoadBalancer') setDefaults(spec, { allocateLoadBalancerNodePorts: true })
}

function allocate(draft: Draft, tools: Tools): void {
  const spec = ensureAt(draft, 'spec')
  if (spec['type'] === 'ExternalName') {
    for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
      delete spec[name]
    return
  }
  setDefaults(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })
  const given = spec['clusterIP']
  const address = given === undefined || given === '' ? tools.allocateAddress() : given
  spec['clusterIP'] = address
  setDefaults(spec, { clusterIPs: [address] })
  if (spec['type'] === 'ClusterIP' || spec['allocateLoadBalancerNodePorts'] === false) return
  for (const port of draftsAt(spec, 'ports')) {
    if (port['nodePort'] === undefined) port['nodePort'] = tools.allocatePort()
  }
}

/** A replacement that does not name what was given out keeps it. */
function keepAllocated(draft: Draft, old: JsonObject): void {
  const spec = ensureAt(draft, 'spec')
  const before = objectAt(old, 'spec')
  if (spec['type'] === 'ExternalName' || before['type'] === 'ExternalName') return
  const address = stringAt(before, 'clusterIP')
  if (address !== undefined) setDefaults(spec, { clusterIP: address, clusterIPs: [address] })
  const needsPorts = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer'
  for (const port of needsPorts ? draftsAt(spec, 'ports') : []) {
    const same = listAt(before, 'ports').find(
      (other) =>
        numberAt(other, 'port') === port['port'] &&
        stringAt(other, 'protocol') === port['protocol'],
    )
    const nodePort = numberAt(same, 'nodePort')
    if (nodePort !== undefined) setDefaults(port, { nodePort })
  }
  if (needsPorts) return
  for (const port of draftsAt(spec, 'ports')) delete port['nodePort']
}

const PORT_MAX = 65_535

function validateService(object: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  const ports = listAt(spec, 'ports')
  const type = stringAt(spec, 'type') ?? ''
  const errors: FieldError[] = []
  const isHeadless = spec['clusterIP'] === 'None'
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName')
    errors.push(required('spec.ports'))
  if (type === 'ExternalName' && (stringAt(spec, 'externalName') ?? '') === '') {
    errors.push(required('spec.externalName'))
  }
  for (const [index, port] of ports.entries()) {
    if (ports.length > 1 && (stringAt(port, 'name') ?? '') === '') {
      errors.push(required(`spec.ports[${index}].name`))
    }
    errors.push(...validateNumber(`spec.ports[${index}].port`, numberAt(port, 'port') ?? 0))
    const target = numberAt(port, 'targetPort')
    if (target !== undefined)
      errors.push(...validateNumber(`spec.ports[${index}].targetPort`, target))
  }
  return errors
}

function validateNumber(field: string, port: number): readonly FieldError[] {
  if (port >= 1 && port <= PORT_MAX) return []
  return [invalid(field, port, 'must be between 1 and 65535, inclusive')]
}

function validateServiceUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  const before = objectAt(old, 'spec')
  if (spec['type'] === 'ExternalName' || before['type'] === 'ExternalName') return []
  const address = stringAt(before, 'clusterIP')
  if (address === undefined || spec['clusterIP'] === address) return []
  return [invalid('spec.clusterIPs[0]', [spec['clusterIP'] ?? ''], 'may not change once set')]
}
