/** What a field of a Flux object holds, and whether Tidemark acts on it. */
export type FieldRule =
  | { readonly kind: 'text'; readonly pattern?: RegExp; readonly expected?: string }
  | { readonly kind: 'switch' }
  | { readonly kind: 'duration'; readonly hours: 'allowed' | 'refused' }
  | { readonly kind: 'number' }
  | { readonly kind: 'object'; readonly fields: FieldTable }
  | { readonly kind: 'list'; readonly items: FieldRule }
  | { readonly kind: 'map' }
  | { readonly kind: 'any' }
  /** Known to Flux, not yet to us: an error names it. */
  | { readonly kind: 'not-yet'; readonly instead: string }
  /** Read and left alone, on purpose: `why` says so in the documentation. */
  | { readonly kind: 'ignored'; readonly why: string }

export interface Field {
  readonly rule: FieldRule
  readonly required?: 'required'
  /** Acted on in another way than Flux does, on purpose: how and why, for the reference. */
  readonly differs?: string
}

export type FieldTable = Readonly<Record<string, Field>>

/** One thing that is wrong with an object: where, what, and what to do. */
export interface FieldProblem {
  /** `spec.ref.branch`. */
  readonly field: string
  readonly message: string
}

/** `1h30m`, as Flux accepts durations: a number and one of ms, s, m, h, several times. */
const DURATION = /^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/u

/** Holds an object against a table. All problems, in the order of the object's fields. */
export function checkFields(
  value: unknown,
  table: FieldTable,
  at: string,
): readonly FieldProblem[] {
  if (!isRecord(value)) return [{ field: at, message: `must be an object, not ${nameOf(value)}` }]
  const missing = Object.entries(table)
    .filter(([name, { required }]) => required !== undefined && (value[name] ?? null) === null)
    .map(([name]) => ({ field: `${at}.${name}`, message: 'is required' }))
  const wrong = Object.entries(value)
    .filter(([, field]) => field !== null)
    .flatMap(([name, field]) => checkField(field, table, { at, name }))
  return [...missing, ...wrong]
}

/** Whether a value of unknown origin is an object with named fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Milliseconds of a duration as Flux writes it, or `undefined` where it is none. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
  let total = 0
  for (const [, number, unit] of text.matchAll(/([0-9.]+)(ms|s|m|h)/gu)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The pattern gives one of the four.
    total += Number(number) * units[unit as keyof typeof units]
  }
  return Math.round(total)
}

interface Place {
  readonly at: string
  readonly name: string
}

function checkField(
  value: unknown,
  table: FieldTable,
  { at, name }: Place,
): readonly FieldProblem[] {
  const field = `${at}.${name}`
  if (!Object.hasOwn(table, name)) {
    const near = nearest(name, Object.keys(table))
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    return [{ field, message: `is no field of this kind${hint}` }]
  }
  const rule = table[name]?.rule
  return rule === undefined ? [] : checkRule(value, rule, field)
}

function checkRule(value: unknown, rule: FieldRule, field: string): readonly FieldProblem[] {
  switch (rule.kind) {
    case 'any':
    case 'ignored':
      return []
    case 'not-yet':
      return isEmpty(value) ? [] : [{ field, message: `is not supported yet: ${rule.instead}` }]
    case 'object':
      return checkFields(value, rule.fields, field)
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((item, index) => checkRule(item, rule.items, `${field}[${index}]`))
        : [{ field, message: `must be a list, not ${nameOf(value)}` }]
    case 'map':
      return isRecord(value) ? [] : [{ field, message: `must be a map, not ${nameOf(value)}` }]
    default:
      return checkScalar(value, rule, field)
  }
}

type ScalarRule = Extract<FieldRule, { kind: 'text' | 'switch' | 'duration' | 'number' }>

function checkScalar(value: unknown, rule: ScalarRule, field: string): readonly FieldProblem[] {
  if (rule.kind === 'switch')
    return typeof value === 'boolean'
      ? []
      : [{ field, message: `must be true or false, not ${nameOf(value)}` }]
  if (rule.kind === 'number')
    return typeof value === 'number' && Number.isInteger(value)
      ? []
      : [{ field, message: `must be a whole number, not ${nameOf(value)}` }]
  if (typeof value !== 'string') return [{ field, message: `must be a text, not ${nameOf(value)}` }]
  return rule.kind === 'duration'
    ? checkDuration(value, rule, field)
    : checkText(value, rule, field)
}

function checkDuration(
  value: string,
  { hours }: Extract<FieldRule, { kind: 'duration' }>,
  field: string,
): readonly FieldProblem[] {
  if (parseDuration(value) === undefined)
    return [{ field, message: `is "${value}": write a duration such as 30s, 5m or 1h30m` }]
  return hours === 'refused' && value.includes('h')
    ? [{ field, message: `is "${value}": hours are not allowed here, write minutes` }]
    : []
}

function checkText(
  value: string,
  { pattern, expected }: Extract<FieldRule, { kind: 'text' }>,
  field: string,
): readonly FieldProblem[] {
  if (pattern === undefined || pattern.test(value)) return []
  return [{ field, message: `is "${value}": it must be ${expected ?? `like ${pattern.source}`}` }]
}

function isEmpty(value: unknown): boolean {
  if (value === false || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isRecord(value) && Object.keys(value).length === 0
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? `the text "${value}"` : JSON.stringify(value)
}

/** The known name that differs by at most two letters, if there is one. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= 2)
    .toSorted((left, right) => left.far - right.far)
  return ranked[0]?.candidate
}

function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(left).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(right).entries())
      next.push(
        Math.min(
          (next[j] ?? 0) + 1,
          (row[j + 1] ?? 0) + 1,
          (row[j] ?? 0) + (letter === other ? 0 : 1),
        ),
      )
    row = next
  }
  return row.at(-1) ?? 0
}
