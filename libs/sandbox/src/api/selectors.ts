import {
  isObject,
  listAt,
  objectAt,
  stringAt,
  textOf,
  type Json,
  type JsonObject,
} from '../json.ts'
import { badRequest } from './errors.ts'

export type Labels = JsonObject

/** Does a `LabelSelector` of an object (matchLabels, matchExpressions) select these labels? */
export function matchesLabelSelector(selector: JsonObject, labels: Labels): boolean {
  for (const [key, value] of Object.entries(objectAt(selector, 'matchLabels'))) {
    if (labels[key] !== value) return false
  }
  return listAt(selector, 'matchExpressions').every((expression) => {
    const values = listAt(expression, 'values').map(String)
    return meets({
      key: stringAt(expression, 'key') ?? '',
      operator: OPERATORS[stringAt(expression, 'operator') ?? ''] ?? 'in',
      values,
    })(labels)
  })
}

type Operator = 'in' | 'notin' | 'exists' | 'absent'

const OPERATORS: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: 'absent',
}

interface Requirement {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

function meets({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  return (labels) => {
    const value = labels[key]
    switch (operator) {
      case 'exists':
        return value !== undefined
      case 'absent':
        return value === undefined
      case 'in':
        return value !== undefined && values.includes(textOf(value))
      default:
        return value === undefined || !values.includes(textOf(value))
    }
  }
}

/**
 * A `labelSelector` parameter: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 *
 * @throws ApiError 400 for text that is no selector.
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  if (text.trim() === '') return () => true
  const tests = splitTopLevel(text).map((part) => meets(parseRequirement(part.trim(), text)))
  return (labels) => tests.every((test) => test(labels))
}

const SET = /^(?<key>[^\s!=<>,()]+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/
const EQUALITY = /^(?<key>[^\s!=<>,()]+)\s*(?<operator>=|==|!=)\s*(?<value>[^\s!=<>,()]*)$/
const EXISTENCE = /^(?<not>!?)\s*(?<key>[^\s!=<>,()]+)$/

function parseRequirement(part: string, text: string): Requirement {
  const set = SET.exec(part)?.groups
  if (set !== undefined) {
    const values = (set['values'] ?? '').split(',').map((value) => value.trim())
    return { key: set['key'] ?? '', operator: set['operator'] === 'in' ? 'in' : 'notin', values }
  }
  const equality = EQUALITY.exec(part)?.groups
  if (equality !== undefined) {
    const operator = equality['operator'] === '!=' ? 'notin' : 'in'
    return { key: equality['key'] ?? '', operator, values: [equality['value'] ?? ''] }
  }
  const existence = EXISTENCE.exec(part)?.groups
  if (existence !== undefined) {
    const operator = existence['not'] === '!' ? 'absent' : 'exists'
    return { key: existence['key'] ?? '', operator, values: [] }
  }
  throw badRequest(
    `unable to parse requirement: ${JSON.stringify(part)} in ${JSON.stringify(text)}`,
  )
}

function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (char === ',' && depth === 0) parts.push('')
    else parts.push((parts.pop() ?? '') + char)
  }
  return parts
}

/**
 * A `fieldSelector` parameter: `metadata.name=x,status.phase!=Running`.
 *
 * @throws ApiError 400 for a field that the kind has no index for.
 */
export function parseFieldSelector(
  text: string,
  { supported, unsupported }: SelectableFields,
): (object: JsonObject) => boolean {
  if (text.trim() === '') return () => true
  const tests = text.split(',').map((part) => {
    const match = /^(?<field>[^=!]+)(?<operator>==|=|!=)(?<value>.*)$/.exec(part.trim())?.groups
    if (match === undefined)
      throw badRequest(
        `invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(part)}`,
      )
    const field = match['field'] ?? ''
    if (!supported(field)) throw badRequest(unsupported(field))
    const path = field.split('.')
    const isNegative = match['operator'] === '!='
    return (object: JsonObject) => (fieldText(object, path) === match['value']) !== isNegative
  })
  return (object) => tests.every((test) => test(object))
}

function fieldText(object: JsonObject, path: readonly string[]): string {
  let value: Json | undefined = object
  for (const name of path) value = isObject(value) ? value[name] : undefined
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/nodes': ['spec.unschedulable'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
}

/** Which fields a resource can be selected by; every one by its name and namespace. */
export function selectableFields(storageKey: string): SelectableFields {
  const fields = FIELDS[storageKey]
  const common = new Set(['metadata.name', 'metadata.namespace'])
  return {
    supported: (field) => common.has(field) || fields?.includes(field) === true,
    unsupported: (field) =>
      fields === undefined
        ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
        : `field label not supported: ${field}`,
  }
}

/** By which fields a resource can be selected, and what is said of others. */
export interface SelectableFields {
  readonly supported: (field: string) => boolean
  readonly unsupported: (field: string) => string
}
