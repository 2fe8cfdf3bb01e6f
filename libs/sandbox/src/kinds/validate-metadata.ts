import { invalid, required, forbidden, type FieldError } from '../api/errors.ts'
import { equalJson, listAt, objectAt, stringAt, textOf, type JsonObject } from '../json.ts'
import type { Resource } from '../store/resource.ts'

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = String.raw`${LABEL}(\.${LABEL})*`
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

const LABEL_MAX = 63
const SUBDOMAIN_MAX = 253
const ANNOTATIONS_BYTES_MAX = 256 * 1024

export const DNS_LABEL_RULE: string = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`

const DNS_SUBDOMAIN_RULE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`

const LABEL_VALUE_RULE = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`

const QUALIFIED_NAME_RULE = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`

const label = new RegExp(`^${LABEL}$`)
const subdomain = new RegExp(`^${SUBDOMAIN}$`)
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const qualified = new RegExp(`^${QUALIFIED}$`)

export function isDnsLabel(name: string): boolean {
  return name.length <= LABEL_MAX && label.test(name)
}

/** Names, labels and annotations, as the API server checks them for every kind. */
export function validateMetadata(object: JsonObject, resource: Resource): readonly FieldError[] {
  const metadata = objectAt(object, 'metadata')
  const name = stringAt(metadata, 'name') ?? ''
  const errors = [...validateName(name, resource)]
  for (const [key, value] of Object.entries(objectAt(metadata, 'labels'))) {
    errors.push(...validateKey(key, 'metadata.labels'))
    const text = textOf(value)
    if (text.length > LABEL_MAX) {
      errors.push(invalid('metadata.labels', text, 'must be no more than 63 bytes'))
    }
    if (!labelValue.test(text)) errors.push(invalid('metadata.labels', text, LABEL_VALUE_RULE))
  }
  const annotations = Object.entries(objectAt(metadata, 'annotations'))
  for (const [key] of annotations) {
    errors.push(...validateKey(key.toLowerCase(), 'metadata.annotations'))
  }
  const size = annotations.reduce((sum, [key, value]) => sum + key.length + textOf(value).length, 0)
  if (size > ANNOTATIONS_BYTES_MAX) {
    const message = `Too long: may not be more than ${ANNOTATIONS_BYTES_MAX} bytes`
    errors.push({ field: 'metadata.annotations', reason: 'FieldValueTooLong', message })
  }
  return errors
}

/** What an update may not change in metadata. */
export function validateMetadataUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const [after, before] = [objectAt(object, 'metadata'), objectAt(old, 'metadata')]
  const errors = ['name', 'uid', 'creationTimestamp'].flatMap((name) =>
    equalJson(after[name], before[name])
      ? []
      : [invalid(`metadata.${name}`, after[name] ?? '', 'field is immutable')],
  )
  const had = new Set(listAt(before, 'finalizers'))
  const added = listAt(after, 'finalizers').filter((finalizer) => !had.has(finalizer))
  if (before['deletionTimestamp'] !== undefined && added.length > 0) {
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((item) => JSON.stringify(item)).join(', ')}}`
    errors.push(forbidden('metadata.finalizers', detail))
  }
  return errors
}

function validateName(name: string, resource: Resource): readonly FieldError[] {
  const field = 'metadata.name'
  if (name === '') return [required(field, 'name or generateName is required')]
  switch (nameRule(resource)) {
    case 'path':
      return /^\.{1,2}$|[/%]/.test(name) ? [invalid(field, name, pathRule(name))] : []
    case 'label':
      if (name.includes('.')) return [invalid(field, name, 'must not contain dots')]
      return isDnsLabel(name)
        ? []
        : [tooLong(name, LABEL_MAX) ?? invalid(field, name, DNS_LABEL_RULE)]
    default:
      if (name.length <= SUBDOMAIN_MAX && subdomain.test(name)) return []
      return [tooLong(name, SUBDOMAIN_MAX) ?? invalid(field, name, DNS_SUBDOMAIN_RULE)]
  }
}

function nameRule({ group, resource }: Resource): 'path' | 'label' | 'subdomain' {
  if (group === 'rbac.authorization.k8s.io') return 'path'
  if (group !== '') return 'subdomain'
  return resource === 'namespaces' || resource === 'services' ? 'label' : 'subdomain'
}

function pathRule(name: string): string {
  if (name === '.' || name === '..') return `may not be '${name}'`
  return `may not contain '${name.includes('/') ? '/' : '%'}'`
}

function tooLong(name: string, max: number): FieldError | undefined {
  if (name.length <= max) return undefined
  return invalid('metadata.name', name, `must be no more than ${max} characters`)
}

/** A label or annotation key: an optional DNS subdomain, a slash, a name. */
function validateKey(key: string, field: string): readonly FieldError[] {
  const slash = key.indexOf('/')
  const prefix = slash < 0 ? undefined : key.slice(0, slash)
  const name = key.slice(slash + 1)
  const errors: FieldError[] = []
  if (prefix === '') return [invalid(field, key, 'prefix part must be non-empty')]
  if (prefix !== undefined && !subdomain.test(prefix)) {
    errors.push(invalid(field, key, `prefix part ${DNS_SUBDOMAIN_RULE}`))
  }
  if (name === '') errors.push(invalid(field, key, 'name part must be non-empty'))
  if (name.length > LABEL_MAX) {
    errors.push(invalid(field, key, 'name part must be no more than 63 bytes'))
  }
  if (!qualified.test(name)) errors.push(invalid(field, key, QUALIFIED_NAME_RULE))
  return errors
}
