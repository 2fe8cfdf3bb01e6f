import type { HostileRow } from './engine.ts'
import { chart } from './helm-chart.ts'

const numbers = Array.from({ length: 10_000 }, (_, at) => at)

/** Schemas that reach out, or never end. */
export function schemaRows(): readonly HostileRow[] {
  const tooMuch = /^SCHEMA_DEPTH: .*60,000 checks/u
  return [
    schema('a schema from a device', /^SCHEMA_REF: .*#\//su, () => ({ $ref: 'file:///dev/zero' })),
    schema('a schema from the network', /^SCHEMA_REF: .*#\//su, () => ({
      $ref: 'http://127.0.0.1/x',
    })),
    schema('a schema that is itself', /^SCHEMA: .*reference cycle/su, () => ({
      allOf: [{ $ref: '#' }],
    })),
    schema('a schema that doubles its work forty times', tooMuch, () => doubling({})),
    schema(
      'a doubling schema over many keys',
      tooMuch,
      () => doubling({ unevaluatedProperties: true }),
      { a: Object.fromEntries(numbers.map((at) => [`key-${at}`, at])) },
    ),
    schema(
      'each item compared with each',
      tooMuch,
      () => ({ properties: { a: { uniqueItems: true } } }),
      { a: numbers },
    ),
    schema(
      'each item compared with many',
      tooMuch,
      () => ({ properties: { a: { items: { enum: numbers.map((at) => `word-${at}`) } } } }),
      { a: numbers },
    ),
    schema(
      'many expressions over many keys',
      tooMuch,
      () => ({
        properties: {
          a: {
            patternProperties: Object.fromEntries(
              numbers.slice(0, 400).map((at) => [`^x${at}$`, {}]),
            ),
          },
        },
      }),
      { a: Object.fromEntries(numbers.map((at) => [`key-${at}`, at])) },
    ),
    schema(
      'a pattern that could backtrack',
      /^SCHEMA: .*does not match pattern/su,
      () => ({ properties: { a: { pattern: '^(a+)+$' } } }),
      { a: `${'a'.repeat(5000)}b` },
    ),
  ]
}

function schema(
  name: string,
  expected: RegExp,
  make: () => unknown,
  values: unknown = {},
): HostileRow {
  return chart(name, expected, () => ({
    'values.schema.json': JSON.stringify(make()),
    'values.yaml': JSON.stringify(values),
  }))
}

function doubling(last: object): unknown {
  const $defs: Record<string, unknown> = { l0: { type: 'object', ...last } }
  for (let level = 1; level <= 40; level += 1) {
    const below = { $ref: `#/$defs/l${level - 1}` }
    $defs[`l${level}`] = { allOf: [below, below] }
  }
  return { $defs, $ref: '#/$defs/l40' }
}
