import type { HostileRow } from './engine.ts'
import { chart } from './helm-chart.ts'
import { bomb, flatKeys, mergeBomb } from './kustomize-inputs.ts'

const SHOWN = { 'templates/NOTES.txt': '{{ .Values | toYaml | trunc 300 }}' }

/** Hostile values, which are YAML of whoever sends them. */
export function valuesRows(): readonly HostileRow[] {
  return [
    values('an alias bomb in values', /^CHART_FILE: .*excessive aliasing/su, bomb),
    values('an alias bomb of merge keys', /^CHART_FILE: .*excessive aliasing/su, mergeBomb),
    values('20,000 brackets in values', /^CHART_FILE: .*nesting 100 exceeded/su, () =>
      '['.repeat(20_000),
    ),
    values('5,000 nested mappings in values', /^CHART_FILE: .*nesting 100 exceeded/su, () =>
      Array.from({ length: 5000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ),
    {
      ...values('100,000 keys in values', /^a:\n {2}key-number-0: /u, () => `a:\n${flatKeys()}`),
      msMax: 1000,
    },
    values('a NUL in values', /^CHART_FILE: .*control characters/su, () => 'a: "\0"'),
    values(
      'bytes in values that are no text',
      /^CHART_FILE: .*invalid leading UTF-8 octet/su,
      () => 'a: \u00ff',
      'latin1',
    ),
    values(
      'a tag of JavaScript in values',
      /^CHART_FILE: .*unknown tag !!js/su,
      () => 'a: !!js/function "x"',
    ),
    values(
      'names of the prototype in values',
      /^__proto__:\n {2}a: 1/u,
      () => '__proto__: {a: 1}\n',
    ),
    values(
      'numbers of every spelling in values',
      /^a: 1.2345678901234568e\+20\nb: 511\nc: true\nd: 1000\ne: "?12:30:45"?/u,
      () => 'a: 123456789012345678901\nb: 0777\nc: on\nd: 1_000\ne: 12:30:45\n',
    ),
  ]
}

function values(
  name: string,
  expected: RegExp,
  make: () => string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): HostileRow {
  return chart(name, expected, () => ({ ...SHOWN, 'values.yaml': make() }), { encoding })
}
