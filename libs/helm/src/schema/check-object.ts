import { compareBytes, GoMap, GoSlice } from '@tidemark/go-template'
import { numberOf } from './equal-values.ts'
import { type Scope, type Unevaluated, type Validator } from './validator.ts'
import { quoted, quotedList, shownCount, type Violation } from './violation.ts'

interface ObjectUnderCheck {
  readonly object: GoMap
  readonly left: Unevaluated
}

/** The keywords for objects. Names come in the order of their bytes, so that messages do not vary. */
export function checkObject(
  validator: Validator,
  scope: Scope,
  under: ObjectUnderCheck,
): Violation[] {
  const { draft } = scope.schema.resource
  const found = [
    ...sizes(scope, under.object),
    ...dependencies(validator, scope, under),
    ...properties(validator, scope, under),
  ]
  if (draft >= 6) found.push(...propertyNames(validator, scope, under.object))
  if (draft >= 2019) found.push(...dependents(validator, scope, under))
  return found
}

function reason(scope: Scope, message: string, causes: readonly Violation[] = []): Violation {
  return { path: scope.path, message, kind: 'plain', causes }
}

function sizes(scope: Scope, { entries: { size }, entries }: GoMap): Violation[] {
  const keywords = scope.schema.keywords.entries
  const found: Violation[] = []
  const least = numberOf(keywords.get('minProperties'))
  const most = numberOf(keywords.get('maxProperties'))
  if (least !== undefined && size < least)
    found.push(reason(scope, `minProperties: got ${shownCount(size)}, want ${shownCount(least)}`))
  if (most !== undefined && size > most)
    found.push(reason(scope, `maxProperties: got ${shownCount(size)}, want ${shownCount(most)}`))
  const missing = namesIn(keywords.get('required')).filter((name) => !entries.has(name))
  if (missing.length === 1) found.push(reason(scope, `missing property ${quotedList(missing)}`))
  if (missing.length > 1) found.push(reason(scope, `missing properties ${quotedList(missing)}`))
  return found
}

function namesIn(list: unknown): string[] {
  if (!(list instanceof GoSlice)) return []
  return list.items.filter((item): item is string => typeof item === 'string')
}

function dependencies(
  validator: Validator,
  scope: Scope,
  { object, left }: ObjectUnderCheck,
): Violation[] {
  const declared = scope.schema.keywords.entries.get('dependencies')
  if (!(declared instanceof GoMap)) return []
  const found: Violation[] = []
  for (const [name, dependency] of declared.entries) {
    if (!object.entries.has(name)) continue
    if (dependency instanceof GoSlice) {
      found.push(...missingFor(scope, object, { name, needed: namesIn(dependency) }))
      continue
    }
    const schema = validator.store.child(scope.schema, dependency, 'dependencies', name)
    const outcome = validator.self(scope, schema)
    if (outcome.violations.length === 0) left.keepOnly(outcome.left)
    found.push(...outcome.violations)
  }
  return found
}

function missingFor(
  scope: Scope,
  object: GoMap,
  { name, needed }: { name: string; needed: readonly string[] },
): Violation[] {
  const missing = needed.filter((property) => !object.entries.has(property))
  if (missing.length === 0) return []
  return [reason(scope, `properties ${quotedList(missing)} required, if ${quoted(name)} exists`)]
}

function properties(
  validator: Validator,
  scope: Scope,
  { object, left }: ObjectUnderCheck,
): Violation[] {
  const { keywords } = scope.schema
  const declared = keywords.entries.get('properties')
  const additional = keywords.entries.get('additionalProperties')
  const refused: string[] = []
  const found: Violation[] = []
  for (const name of object.sortedKeys()) {
    const schemas = schemasFor(validator, scope, {
      name,
      declared: declared instanceof GoMap ? declared : undefined,
    })
    let isEvaluated = schemas.length > 0
    if (!isEvaluated && keywords.entries.has('additionalProperties')) {
      isEvaluated = true
      if (additional === false) refused.push(name)
      else schemas.push(validator.store.child(scope.schema, additional, 'additionalProperties'))
    }
    const value = object.entries.get(name)
    for (const schema of schemas)
      found.push(...validator.below(scope, schema, { value, name }).violations)
    if (isEvaluated) left.properties.delete(name)
  }
  if (refused.length > 0)
    found.push(reason(scope, `additional properties ${quotedList(refused)} not allowed`))
  return found
}

function schemasFor(
  { store }: Validator,
  { schema }: Scope,
  { name, declared }: { name: string; declared: GoMap | undefined },
): ReturnType<Validator['store']['child']>[] {
  const own =
    declared?.entries.has(name) === true
      ? [store.child(schema, declared.entries.get(name), 'properties', name)]
      : []
  const patterns = schema.keywords.entries.get('patternProperties')
  const matching = schema.patternProperties
    .filter(([regex]) => regex.isIn(name))
    .map(([, key]) =>
      store.child(
        schema,
        patterns instanceof GoMap ? patterns.entries.get(key) : true,
        'patternProperties',
        key,
      ),
    )
  return [...own, ...matching]
}

function propertyNames(validator: Validator, scope: Scope, object: GoMap): Violation[] {
  const { entries } = scope.schema.keywords
  if (!entries.has('propertyNames')) return []
  const schema = validator.store.child(scope.schema, entries.get('propertyNames'), 'propertyNames')
  return object.sortedKeys().flatMap((name) => {
    const causes = validator.validate(schema, name)
    return causes.length === 0
      ? []
      : [reason(scope, `invalid propertyName ${quoted(name)}`, causes)]
  })
}

function dependents(
  validator: Validator,
  scope: Scope,
  { object, left }: ObjectUnderCheck,
): Violation[] {
  const { entries } = scope.schema.keywords
  const found: Violation[] = []
  const schemas = entries.get('dependentSchemas')
  const required = entries.get('dependentRequired')
  if (schemas instanceof GoMap)
    for (const name of [...schemas.entries.keys()].toSorted(compareBytes)) {
      if (!object.entries.has(name)) continue
      const schema = validator.store.child(
        scope.schema,
        schemas.entries.get(name),
        'dependentSchemas',
        name,
      )
      const outcome = validator.self(scope, schema)
      if (outcome.violations.length === 0) left.keepOnly(outcome.left)
      found.push(...outcome.violations)
    }
  if (required instanceof GoMap)
    for (const [name, needed] of required.entries)
      if (object.entries.has(name))
        found.push(...missingFor(scope, object, { name, needed: namesIn(needed) }))
  return found
}
