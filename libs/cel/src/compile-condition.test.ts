import { expect, test } from 'vitest'
import { compileCondition } from './compile-condition.ts'

const OBJECT = {
  metadata: { name: 'db', generation: 3 },
  spec: { replicas: 2, ratio: 1.5 },
  status: {
    observedGeneration: 3,
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'True', observedGeneration: 3 },
      { type: 'Synced', status: 'False', reason: 'ReconcileError' },
    ],
  },
}

function ask(text: string, values: Readonly<Record<string, unknown>> = OBJECT): unknown {
  const compiled = compileCondition(text)
  if (compiled.kind === 'refused') return compiled.message
  const verdict = compiled.condition.evaluate(values)
  return verdict.kind === 'answer' ? verdict.is : verdict.message
}

// What Flux shows in its documentation of health checks and of readyExpr.
test.each([
  ["status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True')", true],
  [
    "status.conditions.filter(e, e.type == 'Ready').all(e, e.observedGeneration == metadata.generation && e.status == 'True')",
    true,
  ],
  ["status.conditions.filter(e, e.type == 'Synced').all(e, e.status == 'True')", false],
  [
    "has(status.conditions) && status.conditions.exists(e, e.type == 'Synced' && e.reason == 'ReconcileError')",
    true,
  ],
  ['!has(status.observedGeneration) || status.observedGeneration != metadata.generation', false],
  ["status.phase in ['Running', 'Succeeded']", true],
  ["status.phase == 'Failed' || spec.replicas < 1", false],
  ['status.observedGeneration >= 2.5 && spec.ratio > 1', true],
  ['status.observedGeneration == 3.0', true],
  [
    "metadata.name.matches('^d') && metadata.name.startsWith('d') && size(metadata.name) == 2",
    true,
  ],
  ['status.absent.deeper == 1 || true', true],
  ['status.?conditions.orValue([]).size() == 2', true],
  ["status.conditions.map(c, c.type).join('/') == 'Ready/Synced'", true],
])('%s', (text, is) => {
  expect(ask(text)).toBe(is)
})

const side = (version: string): unknown => ({ metadata: { labels: { version } } })

test('both sides of a dependency can be compared', () => {
  const text = 'dep.metadata.labels.version == self.metadata.labels.version'
  expect(ask(text, { dep: side('1'), self: side('1') })).toBe(true)
  expect(ask(text, { dep: side('1'), self: side('2') })).toBe(false)
})

test('what is not there is no answer, and says so', () => {
  expect(ask('status.absent == 1')).toBe('No such key: absent')
  expect(ask('status.phase')).toBe('is neither true nor false')
})

test.each([
  ['status.phase ==', /^is no CEL: /u],
  ['frobnicate(status.phase)', /^is no CEL: .*frobnicate/u],
  ["'ready'", /^is a string: it must be true or false$/u],
  [`${'a'.repeat(5_000)} == 1`, /longer than 4096/u],
  ['a.all(b, a.all(c, a.all(d, a.all(e, true))))', /4 loops inside of one another/u],
])('%s is refused', (text, message) => {
  expect(ask(text)).toMatch(message)
})

test('a loop that would run for ever is not begun', () => {
  const a = Array.from({ length: 500 }, (_, index) => index)
  expect(ask('a.all(b, a.all(c, b + c >= 0))', { a: a.slice(0, 300) })).toBe(true)
  expect(ask('a.all(b, a.all(c, b + c >= 0))', { a })).toMatch(/more than 100000 times/u)
})
