import { GoMap, GoSlice, runeCount, type Value } from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'
import { checkArray } from './check-array.ts'
import { checkObject } from './check-object.ts'
import { costOf } from './check-cost.ts'
import { checkNumber, checkText, checkValue } from './check-scalar.ts'
import { type SchemaNode } from './schema-node.ts'
import { type SchemaStore } from './schema-store.ts'
import { shownCount, type Violation } from './violation.ts'

/** Schemas that are applied in one validation: the largest of the corpus take 17,000. */
const CHECKS_MAX = 60_000
const DEPTH_MAX = 400
/** So many names or items are noted in the time of a check. */
const PARTS_PER_CHECK = 8

/** One value under one schema. */
export interface Scope {
  readonly schema: SchemaNode
  readonly value: Value
  readonly path: readonly string[]
  readonly parent: Scope | undefined
  /** The keyword that led here, where it was a reference. */
  readonly reference: string | undefined
  readonly depth: number
}

/** What a schema left unlooked-at, for `unevaluatedProperties` and `unevaluatedItems`. */
export class Unevaluated {
  readonly properties: Set<string>
  readonly items: Set<number>

  constructor(value: Value) {
    this.properties = new Set(value instanceof GoMap ? value.entries.keys() : [])
    this.items = new Set(value instanceof GoSlice ? value.items.keys() : [])
  }

  /** What both leave. */
  keepOnly(other: Unevaluated): void {
    for (const name of this.properties)
      if (!other.properties.has(name)) this.properties.delete(name)
    for (const index of this.items) if (!other.items.has(index)) this.items.delete(index)
  }
}

/** Where nobody asks. */
const NOTHING_LEFT = new Unevaluated(undefined)

export interface Outcome {
  readonly violations: readonly Violation[]
  readonly left: Unevaluated
}

/** Applies schemas to values, with the order and the words of jsonschema v6.0.3. */
export class Validator {
  readonly store: SchemaStore
  #checks = 0

  constructor(store: SchemaStore) {
    this.store = store
  }

  /** All reasons why a value does not fit a schema. */
  validate(schema: SchemaNode, value: Value): readonly Violation[] {
    const scope = { schema, value, path: [], parent: undefined, reference: undefined, depth: 0 }
    return this.#apply(scope).violations
  }

  /** The same value under another schema. */
  self(scope: Scope, schema: SchemaNode, reference?: string): Outcome {
    return this.#apply({ ...scope, schema, parent: scope, reference, depth: scope.depth + 1 })
  }

  /** A value below. */
  below(
    scope: Scope,
    schema: SchemaNode,
    { value, name }: { value: Value; name: string },
  ): Outcome {
    const path = [...scope.path, name]
    return this.#apply({
      schema,
      value,
      path,
      parent: scope,
      reference: undefined,
      depth: scope.depth + 1,
    })
  }

  #apply(scope: Scope): Outcome {
    this.#checks += costOf(scope)
    if (this.#checks > CHECKS_MAX || scope.depth > DEPTH_MAX)
      throw new HelmError(
        'SCHEMA_DEPTH',
        `the schema asks for more than ${shownCount(CHECKS_MAX)} checks or nests deeper than ${DEPTH_MAX}; let it repeat less`,
      )
    const { schema, value } = scope
    const left = this.#unlookedAt(value)
    if (schema.always !== undefined)
      return { violations: schema.always ? [] : [violation(scope, 'false schema')], left }
    const cycle = cycleOf(scope)
    if (cycle !== undefined) return { violations: [violation(scope, cycle)], left }
    const first = checkValue(scope)
    if (first !== undefined) return { violations: [first], left }
    return { violations: joined(scope, this.#keywords(scope, left)), left }
  }

  /** Costs by the names and items of the value, so it is paid for. */
  #unlookedAt(value: Value): Unevaluated {
    if (!this.store.asksForUnevaluated) return NOTHING_LEFT
    const left = new Unevaluated(value)
    this.#checks += Math.floor((left.properties.size + left.items.size) / PARTS_PER_CHECK)
    return left
  }

  #keywords(scope: Scope, left: Unevaluated): Violation[] {
    const { schema, value } = scope
    const found: Violation[] = []
    const { draft } = schema.resource
    const reference = schema.keywords.entries.get('$ref')
    if (typeof reference === 'string') {
      found.push(
        ...this.#reference(scope, left, {
          keyword: '$ref',
          target: this.store.resolve(schema, reference),
        }),
      )
      if (draft < 2019) return found
    }
    if (value instanceof GoMap) found.push(...checkObject(this, scope, { object: value, left }))
    else if (value instanceof GoSlice) found.push(...checkArray(this, scope, { list: value, left }))
    else if (typeof value === 'string') found.push(...checkText(scope, value, runeCount(value)))
    else found.push(...checkNumber(scope))
    if (draft >= 2019) found.push(...this.#dynamicReferences(scope, left))
    found.push(...this.#conditions(scope, left))
    if (draft >= 2019) found.push(...this.#unevaluated(scope, left))
    return found
  }

  #reference(
    scope: Scope,
    left: Unevaluated,
    { keyword, target }: { keyword: string; target: SchemaNode },
  ): Violation[] {
    const outcome = this.self(scope, target, keyword)
    if (outcome.violations.length === 0) {
      left.keepOnly(outcome.left)
      return []
    }
    const [only] = outcome.violations
    const causes =
      outcome.violations.length === 1 && only?.kind === 'group' ? only.causes : outcome.violations
    return [{ path: scope.path, message: 'validation failed', kind: 'reference', causes }]
  }

  #dynamicReferences(scope: Scope, left: Unevaluated): Violation[] {
    const { entries } = scope.schema.keywords
    const recursive = entries.get('$recursiveRef')
    const dynamic = entries.get('$dynamicRef')
    const found: Violation[] = []
    if (typeof recursive === 'string') {
      const start = this.store.resolve(scope.schema, recursive)
      const target = isRecursive(start)
        ? outermost(scope, start, isRecursiveRoot(this.store))
        : start
      found.push(...this.#reference(scope, left, { keyword: '$recursiveRef', target }))
    }
    if (typeof dynamic === 'string') {
      const start = this.store.resolve(scope.schema, dynamic)
      const name = dynamic.slice(dynamic.indexOf('#') + 1)
      const isAnchored = start.keywords.entries.get('$dynamicAnchor') === name
      const target = isAnchored ? outermost(scope, start, anchorOf(this.store, name)) : start
      found.push(...this.#reference(scope, left, { keyword: '$dynamicRef', target }))
    }
    return found
  }

  #conditions(scope: Scope, left: Unevaluated): Violation[] {
    const found: Violation[] = []
    const { entries } = scope.schema.keywords
    if (entries.has('not') && this.#fits(scope, entries.get('not'), 'not', left))
      found.push(violation(scope, "'not' failed"))
    found.push(
      ...this.#allOf(scope, left),
      ...this.#anyOf(scope, left),
      ...this.#oneOf(scope, left),
    )
    if (scope.schema.resource.draft >= 7 && entries.has('if')) {
      const branch = this.#fits(scope, entries.get('if'), 'if', left) ? 'then' : 'else'
      if (entries.has(branch))
        found.push(...this.#merge(scope, left, { value: entries.get(branch), path: [branch] }))
    }
    return found
  }

  #fits(scope: Scope, value: Value, keyword: string, left: Unevaluated): boolean {
    const outcome = this.self(scope, this.store.child(scope.schema, value, keyword))
    if (outcome.violations.length > 0) return false
    if (keyword !== 'not') left.keepOnly(outcome.left)
    return true
  }

  #merge(
    scope: Scope,
    left: Unevaluated,
    { value, path }: { value: Value; path: readonly string[] },
  ): readonly Violation[] {
    const outcome = this.self(scope, this.store.child(scope.schema, value, ...path))
    if (outcome.violations.length === 0) left.keepOnly(outcome.left)
    return outcome.violations
  }

  #list(scope: Scope, keyword: string): readonly Value[] {
    const list = scope.schema.keywords.entries.get(keyword)
    return list instanceof GoSlice ? list.items : []
  }

  #allOf(scope: Scope, left: Unevaluated): Violation[] {
    const causes = this.#list(scope, 'allOf').flatMap((value, index) =>
      this.#merge(scope, left, { value, path: ['allOf', String(index)] }),
    )
    return causes.length === 0 ? [] : [violation(scope, "'allOf' failed", causes)]
  }

  #anyOf(scope: Scope, left: Unevaluated): Violation[] {
    const schemas = this.#list(scope, 'anyOf')
    if (schemas.length === 0) return []
    let isMatched = false
    const causes: Violation[] = []
    for (const [index, value] of schemas.entries()) {
      const problems = this.#merge(scope, left, { value, path: ['anyOf', String(index)] })
      if (problems.length === 0) isMatched = true
      causes.push(...problems)
    }
    return isMatched ? [] : [violation(scope, "'anyOf' failed", causes)]
  }

  #oneOf(scope: Scope, left: Unevaluated): Violation[] {
    const schemas = this.#list(scope, 'oneOf')
    if (schemas.length === 0) return []
    const matched: number[] = []
    const causes: Violation[] = []
    for (const [index, value] of schemas.entries()) {
      const problems = this.#merge(scope, left, { value, path: ['oneOf', String(index)] })
      if (problems.length === 0) matched.push(index)
      causes.push(...problems)
      if (matched.length > 1)
        return [violation(scope, `'oneOf' failed, subschemas ${matched.join(', ')} matched`)]
    }
    return matched.length === 1 ? [] : [violation(scope, "'oneOf' failed, none matched", causes)]
  }

  #unevaluated(scope: Scope, left: Unevaluated): Violation[] {
    const { entries } = scope.schema.keywords
    const found: Violation[] = []
    const check = (keyword: string, name: string, value: Value): void => {
      const schema = this.store.child(scope.schema, entries.get(keyword), keyword)
      found.push(...this.below(scope, schema, { value, name }).violations)
    }
    if (entries.has('unevaluatedProperties') && scope.value instanceof GoMap) {
      for (const name of left.properties)
        check('unevaluatedProperties', name, scope.value.entries.get(name))
      left.properties.clear()
    }
    if (entries.has('unevaluatedItems') && scope.value instanceof GoSlice) {
      for (const index of left.items)
        check('unevaluatedItems', String(index), scope.value.items[index])
      left.items.clear()
    }
    return found
  }
}

function violation(scope: Scope, message: string, causes: readonly Violation[] = []): Violation {
  return { path: scope.path, message, kind: 'plain', causes }
}

/** Several reasons become one group, which is shown only where something else holds it. */
function joined(scope: Scope, found: readonly Violation[]): readonly Violation[] {
  if (found.length < 2) return found
  return [{ path: scope.path, message: 'validation failed', kind: 'group', causes: found }]
}

/** The same schema over the same value: it would go on for ever. */
function cycleOf(scope: Scope): string | undefined {
  for (
    let outer = scope.parent;
    outer !== undefined && outer.path === scope.path;
    outer = outer.parent
  )
    if (outer.schema === scope.schema)
      return `both ${keywordLocation(scope)} and ${keywordLocation(outer)} resolve to "${scope.schema.location}" causing reference cycle`
  return undefined
}

function keywordLocation(scope: Scope): string {
  let location = ''
  for (let inner: Scope = scope; inner.parent !== undefined; inner = inner.parent) {
    const own = inner.schema.location.slice(inner.parent.schema.location.length)
    location = (inner.reference === undefined ? own : `/${inner.reference}`) + location
  }
  return location
}

function isRecursive(schema: SchemaNode): boolean {
  return schema.keywords.entries.get('$recursiveAnchor') === true
}

type Choose = (schema: SchemaNode) => SchemaNode | undefined

function isRecursiveRoot(store: SchemaStore): Choose {
  return ({ resource }) => {
    const root = store.node(resource.root, resource, '')
    return isRecursive(root) ? root : undefined
  }
}

function anchorOf(store: SchemaStore, name: string): Choose {
  return ({ resource }) => {
    const anchored = resource.dynamicAnchors.get(name)
    return anchored === undefined ? undefined : store.node(anchored, resource, '')
  }
}

/** The outermost schema on the way here that offers a target. */
function outermost(scope: Scope, start: SchemaNode, choose: Choose): SchemaNode {
  let target = start
  for (let outer: Scope | undefined = scope; outer !== undefined; outer = outer.parent)
    target = choose(outer.schema) ?? target
  return target
}
