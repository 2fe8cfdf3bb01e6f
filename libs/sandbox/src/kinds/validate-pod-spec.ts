import { duplicate, forbidden, invalid, required, type FieldError } from '../api/errors.ts'
import { isObject, listAt, objectAt, stringAt, type Json, type JsonObject } from '../json.ts'
import { DNS_LABEL_RULE, isDnsLabel } from './validate-metadata.ts'

/** The commonest complaints about a PodSpec (pkg/apis/core/validation of Kubernetes 1.36). */
export function validatePodSpec(spec: JsonObject, path: string): readonly FieldError[] {
  const volumes = listAt(spec, 'volumes')
  const errors = volumes.flatMap((volume, index) =>
    validateVolume(volume, `${path}.volumes[${index}]`),
  )
  errors.push(...duplicates(volumes, 'name', `${path}.volumes`))
  const names = new Set<string>()
  // A volume that breaks a rule does not count as there.
  const known = new Set(
    volumes
      .filter((volume) => validateVolume(volume, '').length === 0)
      .map((volume) => stringAt(volume, 'name') ?? ''),
  )
  if (listAt(spec, 'containers').length === 0) errors.push(required(`${path}.containers`))
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of listAt(spec, list).entries()) {
      if (!isObject(container)) continue
      const at = `${path}.${list}[${index}]`
      errors.push(...validateContainer(container, at, names))
      errors.push(...validateMounts(container, at, known))
    }
  }
  return errors
}

// In the order in which the API server looks at them: the first is taken, the others are too many.
const SOURCES: readonly string[] = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'secret',
  'nfs',
  'iscsi',
  'persistentVolumeClaim',
  'cephfs',
  'downwardAPI',
  'fc',
  'azureFile',
  'configMap',
  'azureDisk',
  'projected',
  'csi',
  'ephemeral',
  'image',
]

function validateVolume(volume: Json, path: string): readonly FieldError[] {
  if (!isObject(volume)) return []
  const [, ...tooMany] = SOURCES.filter((source) => source in volume)
  const errors = tooMany.map((source) =>
    forbidden(`${path}.${source}`, 'may not specify more than 1 volume type'),
  )
  const name = stringAt(volume, 'name') ?? ''
  if (name === '') errors.push(required(`${path}.name`))
  else if (!isDnsLabel(name)) errors.push(invalid(`${path}.name`, name, DNS_LABEL_RULE))
  return errors
}

/** Items that repeat the key of an item before them; those without the key are another complaint. */
function duplicates(items: readonly Json[], key: string, path: string): readonly FieldError[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const value = stringAt(item, key) ?? ''
    const isNew = value === '' || !seen.has(value)
    seen.add(value)
    return isNew ? [] : [duplicate(`${path}[${index}].${key}`, value)]
  })
}

function validateContainer(
  container: JsonObject,
  path: string,
  names: Set<string>,
): readonly FieldError[] {
  const errors: FieldError[] = []
  const name = stringAt(container, 'name') ?? ''
  if (name === '') errors.push(required(`${path}.name`))
  else if (!isDnsLabel(name)) errors.push(invalid(`${path}.name`, name, DNS_LABEL_RULE))
  else if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
  names.add(name)
  if ((stringAt(container, 'image') ?? '') === '') errors.push(required(`${path}.image`))
  errors.push(...duplicates(listAt(container, 'ports'), 'name', `${path}.ports`))
  for (const probe of PROBES) errors.push(...validateProbe(container, probe, path))
  for (const [index, variable] of listAt(container, 'env').entries()) {
    errors.push(...validateVariable(variable, `${path}.env[${index}]`))
  }
  return errors
}

const PROBES: readonly string[] = ['livenessProbe', 'readinessProbe', 'startupProbe']
const HANDLERS: readonly string[] = ['exec', 'httpGet', 'tcpSocket', 'grpc']

/** When its owner lets go of a handler, the defaults of a probe stay behind, and are refused. */
function validateProbe(container: JsonObject, name: string, path: string): readonly FieldError[] {
  const probe = container[name]
  if (!isObject(probe) || HANDLERS.some((handler) => handler in probe)) return []
  return [required(`${path}.${name}`, 'must specify a handler type')]
}

function validateVariable(variable: Json, path: string): readonly FieldError[] {
  const errors: FieldError[] = []
  if ((stringAt(variable, 'name') ?? '') === '') errors.push(required(`${path}.name`))
  const hasSource = Object.keys(objectAt(variable, 'valueFrom')).length > 0
  if (hasSource && (stringAt(variable, 'value') ?? '') !== '') {
    errors.push(invalid(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'))
  }
  return errors
}

function validateMounts(
  container: JsonObject,
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] {
  const seen = new Set<string>()
  return listAt(container, 'volumeMounts').flatMap((mount, index) => {
    const errors: FieldError[] = []
    const name = stringAt(mount, 'name') ?? ''
    const at = `${path}.volumeMounts[${index}]`
    if (name === '') errors.push(required(`${at}.name`))
    const place = stringAt(mount, 'mountPath') ?? ''
    if (place === '') errors.push(required(`${at}.mountPath`))
    if (!volumes.has(name)) {
      const message = `Not found: ${JSON.stringify(name)}`
      errors.push({ field: `${at}.name`, reason: 'FieldValueNotFound', message })
    }
    if (seen.has(place)) {
      const message = `Invalid value: ${JSON.stringify(place)}: must be unique`
      errors.push({ field: `${at}.mountPath`, reason: 'FieldValueInvalid', message })
    }
    seen.add(place)
    return errors
  })
}
