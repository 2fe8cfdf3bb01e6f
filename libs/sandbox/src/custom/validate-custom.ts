import { invalid, notSupported, required, type FieldError } from '../api/errors.ts'
import {
  isList,
  isObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  textOf,
  type Json,
  type JsonObject,
} from '../json.ts'
import type { StructuralSchema } from './structural.ts'

/**
 * What a custom resource breaks of its schema: types, required fields, enums, bounds and patterns. CEL rules
 * (`x-kubernetes-validations`), `not`, `oneOf` and their like are kept but not evaluated.
 */
export function validateCustom(
  object: JsonObject,
  schema: StructuralSchema,
): readonly FieldError[] {
  const errors: FieldError[] = []
  for (const [key, property] of Object.entries(objectAt(schema, 'properties'))) {
    const value = object[key]
    if (key === 'metadata' || key === 'apiVersion' || key === 'kind') continue
    if (value !== undefined && isObject(property)) validate(value, property, key, errors)
  }
  requireFields(object, schema, '', errors)
  return errors
}

function validate(value: Json, schema: StructuralSchema, path: string, errors: FieldError[]): void {
  if (value === null) {
    if (schema['nullable'] !== true && schema['type'] !== undefined)
      errors.push(wrongType(path, value, schema))
    return
  }
  if (!fitsType(value, schema)) {
    errors.push(wrongType(path, value, schema))
    return
  }
  const allowed = listAt(schema, 'enum')
  if (allowed.length > 0 && !allowed.includes(value)) {
    errors.push(notSupported(path, value, allowed.map(String)))
  }
  if (isObject(value)) validateObject(value, schema, path, errors)
  else if (isList(value)) validateList(value, schema, path, errors)
  else if (typeof value === 'string') validateString(value, schema, path, errors)
  else if (typeof value === 'number') validateNumber(value, schema, path, errors)
}

function validateObject(
  value: JsonObject,
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
): void {
  requireFields(value, schema, path, errors)
  const rest = schema['additionalProperties']
  const properties = objectAt(schema, 'properties')
  for (const [key, item] of Object.entries(value)) {
    const property = properties[key] ?? (isObject(rest) ? rest : undefined)
    if (isObject(property)) validate(item, property, `${path}.${key}`, errors)
  }
}

function requireFields(
  value: JsonObject,
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
): void {
  for (const name of listAt(schema, 'required').map(String)) {
    if (value[name] === undefined) errors.push(required(path === '' ? name : `${path}.${name}`))
  }
}

function validateList(
  value: readonly Json[],
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
): void {
  const [least, most] = [numberAt(schema, 'minItems'), numberAt(schema, 'maxItems')]
  if (least !== undefined && value.length < least) {
    errors.push(invalid(path, value.length, `${path} in body should have at least ${least} items`))
  }
  if (most !== undefined && value.length > most) {
    const message = `Too many: ${value.length}: must have at most ${most} items`
    errors.push({ field: path, reason: 'FieldValueTooLong', message })
  }
  const items = schema['items']
  if (!isObject(items)) return
  for (const [index, item] of value.entries()) validate(item, items, `${path}[${index}]`, errors)
}

function validateString(
  value: string,
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
): void {
  const [least, most] = [numberAt(schema, 'minLength'), numberAt(schema, 'maxLength')]
  if (least !== undefined && value.length < least) {
    errors.push(invalid(path, value, `${path} in body should be at least ${least} chars long`))
  }
  if (most !== undefined && value.length > most) {
    const message = `Too long: may not be more than ${most} bytes`
    errors.push({ field: path, reason: 'FieldValueTooLong', message })
  }
  const pattern = stringAt(schema, 'pattern')
  if (pattern !== undefined && !matchesPattern(value, pattern)) {
    errors.push(invalid(path, value, `${path} in body should match '${pattern}'`))
  }
}

/** A pattern that JavaScript does not know is not held against the value. */
function matchesPattern(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}

function validateNumber(
  value: number,
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
): void {
  const [least, most] = [numberAt(schema, 'minimum'), numberAt(schema, 'maximum')]
  if (least !== undefined && value < least) {
    errors.push(invalid(path, value, `${path} in body should be greater than or equal to ${least}`))
  }
  if (most !== undefined && value > most) {
    errors.push(invalid(path, value, `${path} in body should be less than or equal to ${most}`))
  }
}

function fitsType(value: Json, schema: StructuralSchema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || Number.isInteger(value)
  }
  switch (schema['type']) {
    case 'object':
      return isObject(value)
    case 'array':
      return isList(value)
    case 'integer':
      return Number.isInteger(value)
    case undefined:
      return true
    default:
      return typeof value === schema['type']
  }
}

function wrongType(path: string, value: Json, schema: StructuralSchema): FieldError {
  const type =
    schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : textOf(schema['type'])
  const found = JSON.stringify(nameOfType(value))
  return {
    field: path,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${found}: ${path} in body must be of type ${type}: ${found}`,
  }
}

function nameOfType(value: Json): string {
  if (value === null) return 'null'
  if (isList(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}
