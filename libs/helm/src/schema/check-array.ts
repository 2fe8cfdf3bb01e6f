import { GoSlice, type Value } from '@tidemark/go-template'
import { equalJson, numberOf } from './equal-values.ts'
import { type Scope, type Unevaluated, type Validator } from './validator.ts'
import { shownCount, type Violation } from './violation.ts'

interface ListUnderCheck {
  readonly list: GoSlice
  readonly left: Unevaluated
}

/** The keywords for arrays. */
export function checkArray(validator: Validator, scope: Scope, under: ListUnderCheck): Violation[] {
  const found = [...sizes(scope, under.list), ...duplicates(scope, under.list)]
  found.push(...items(validator, scope, under))
  if (scope.schema.resource.draft >= 6) found.push(...contains(validator, scope, under))
  return found
}

function reason(scope: Scope, message: string, causes: readonly Violation[] = []): Violation {
  return { path: scope.path, message, kind: 'plain', causes }
}

function sizes(scope: Scope, { items: { length } }: GoSlice): Violation[] {
  const keywords = scope.schema.keywords.entries
  const found: Violation[] = []
  const least = numberOf(keywords.get('minItems'))
  const most = numberOf(keywords.get('maxItems'))
  if (least !== undefined && length < least)
    found.push(reason(scope, `minItems: got ${shownCount(length)}, want ${shownCount(least)}`))
  if (most !== undefined && length > most)
    found.push(reason(scope, `maxItems: got ${shownCount(length)}, want ${shownCount(most)}`))
  return found
}

function duplicates(scope: Scope, { items: list }: GoSlice): Violation[] {
  if (scope.schema.keywords.entries.get('uniqueItems') !== true) return []
  for (let later = 1; later < list.length; later++)
    for (let earlier = 0; earlier < later; earlier++)
      if (equalJson(list[later], list[earlier]))
        return [reason(scope, `items at ${earlier} and ${later} are equal`)]
  return []
}

/** The schemas of the first items, then that of the rest: both keywords changed their names in 2020-12. */
function items(validator: Validator, scope: Scope, { list, left }: ListUnderCheck): Violation[] {
  const { entries } = scope.schema.keywords
  const isNew = scope.schema.resource.draft >= 2020
  const [tupleKeyword, restKeyword] = isNew
    ? ['prefixItems', 'items']
    : ['items', 'additionalItems']
  const tuple = entries.get(tupleKeyword)
  const found: Violation[] = []
  const check = (schema: Value, at: number, path: readonly string[]): void => {
    const node = validator.store.child(scope.schema, schema, ...path)
    found.push(
      ...validator.below(scope, node, { value: list.items[at], name: String(at) }).violations,
    )
    left.items.delete(at)
  }
  if (!isNew && entries.has('items') && !(tuple instanceof GoSlice)) {
    for (const at of list.items.keys()) check(tuple, at, ['items'])
    return found
  }
  const first = tuple instanceof GoSlice ? tuple.items : []
  const count = Math.min(first.length, list.items.length)
  for (let at = 0; at < count; at++) check(first[at], at, [tupleKeyword, String(at)])
  if (!entries.has(restKeyword) || (!isNew && !(tuple instanceof GoSlice))) return found
  const rest = entries.get(restKeyword)
  if (!isNew && rest === false) {
    const extra = list.items.length - count
    return extra === 0
      ? found
      : [...found, reason(scope, `last ${extra} additionalItem(s) not allowed`)]
  }
  for (let at = count; at < list.items.length; at++) check(rest, at, [restKeyword])
  return found
}

function contains(validator: Validator, scope: Scope, { list, left }: ListUnderCheck): Violation[] {
  const { entries } = scope.schema.keywords
  if (!entries.has('contains')) return []
  const { draft } = scope.schema.resource
  const schema = validator.store.child(scope.schema, entries.get('contains'), 'contains')
  const matched: number[] = []
  const causes: Violation[] = []
  for (const [at, value] of list.items.entries()) {
    const outcome = validator.below(scope, schema, { value, name: String(at) })
    causes.push(...outcome.violations)
    if (outcome.violations.length > 0) continue
    matched.push(at)
    if (draft >= 2020) left.items.delete(at)
  }
  const counts = draft >= 2019
  const least = counts ? numberOf(entries.get('minContains')) : undefined
  const most = counts ? numberOf(entries.get('maxContains')) : undefined
  return [...tooFew(scope, { least, matched, causes }), ...tooMany(scope, most, matched)]
}

function tooFew(
  scope: Scope,
  {
    least,
    matched,
    causes,
  }: { least: number | undefined; matched: readonly number[]; causes: readonly Violation[] },
): Violation[] {
  if (least === undefined)
    return matched.length === 0 ? [reason(scope, 'no items match contains schema', causes)] : []
  if (matched.length >= least) return []
  const but =
    matched.length === 0
      ? 'none matched'
      : `matched ${matched.length} items at ${matched.join(' ')}`
  return [reason(scope, `min ${least} items required to match contains schema, but ${but}`, causes)]
}

function tooMany(scope: Scope, most: number | undefined, matched: readonly number[]): Violation[] {
  if (most === undefined || matched.length <= most) return []
  return [
    reason(
      scope,
      `max ${most} items required to match contains schema, but matched ${matched.length} items at ${matched.join(' ')}`,
    ),
  ]
}
