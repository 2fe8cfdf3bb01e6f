import { describe, expect, test } from 'vitest'
import { freshValues, GeneratedMemory, LimitError, toBytes } from '@tidemark/go-template'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { SourceError, memoryTree, writeArchive } from '@tidemark/source-tree'
import { type ChartFile } from './chart/chart.ts'
import { loadChart, loadChartArchive, loadChartFiles } from './chart/load-chart.ts'
import { HelmError } from './helm-error.ts'
import { renderChart } from './render/render-chart.ts'
import { mergeValues } from './values/merge-values.ts'

const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\n'

function files(entries: Readonly<Record<string, string>>): ChartFile[] {
  return Object.entries({ 'Chart.yaml': CHART, ...entries }).map(([name, data]) => ({
    name,
    data: toBytes(data),
  }))
}

function render(
  entries: Readonly<Record<string, string>>,
  name = 'shop',
): ReturnType<typeof renderChart> {
  return renderChart(loadChartFiles(files(entries)), {
    release: { name, namespace: 'default' },
    values: mergeValues({}),
    generated: freshValues({ random: seededRandom(1), clock: systemClock }),
    clock: systemClock,
  })
}

function template(text: string): string {
  return render({ 'templates/NOTES.txt': text }).notes
}

/** The code and the message of a refusal; the next render must work as if nothing had been. */
function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (template('{{ .Release.Name }}') !== 'shop') return 'the next render differs'
    if (error instanceof LimitError) return error.message
    if (error instanceof HelmError || error instanceof SourceError)
      return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('a hostile template is refused by name', () => {
  test.each([
    ['{{ until 300000000 }}', 'TEMPLATE_MEMORY: list of 300,000,000'],
    ['{{ repeat 4000000000 "x" }}', 'TEMPLATE_MEMORY: text of 4,000,000,000 bytes'],
    ['{{ indent 2000000000 "x" }}', 'TEMPLATE_MEMORY: text of 2,000,000,000 bytes'],
    ['{{ randAlphaNum 300000000 | len }}{{ randAlphaNum 300000000 }}', 'TEMPLATE_'],
    [
      '{{ range untilStep 0 40000 1 }}{{ range untilStep 0 40000 1 }}{{ end }}{{ end }}',
      'TEMPLATE_',
    ],
    ['{{ range 1600000000 }}{{ end }}', 'TEMPLATE_FUEL: 1,000,000 steps'],
    ['{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', 'TEMPLATE_DEPTH'],
    ['{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', 'TEMPLATE_DEPTH'],
    [
      '{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}',
      'TEMPLATE_DEPTH',
    ],
    ['{{ range 100 }}{{ derivePassword 1 "long" "p" "u" "s" }}{{ end }}', 'TEMPLATE_FUEL'],
    ['{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ toYaml $d }}x{{ toJson $d }}', 'accepted'],
    [
      `{{ $x := "${'x'.repeat(1000)}" }}{{ range 100000 }}{{ $x = printf "%s%s" $x $x }}{{ end }}`,
      'TEMPLATE_',
    ],
    ['{{ printf "%999999d%999999d" 1 2 | repeat 1000 }}', 'TEMPLATE_MEMORY'],
    ['{{ regexReplaceAll "" (repeat 1000000 "a") (repeat 10000 "b") }}', 'TEMPLATE_'],
    ['{{'.repeat(50_000), 'TEMPLATE: parse error'],
    ['{{if 1}}'.repeat(50_000), 'TEMPLATE_DEPTH'],
    [`{{ ${'('.repeat(50_000)} }}`, 'TEMPLATE_DEPTH'],
  ])('%s', (text, expected) => {
    expect(refusal(() => template(text))).toContain(expected)
  })

  test.each([
    ['{{ range 1600000000 }}{{ end }}', /^TEMPLATE_FUEL: 1,000,000 steps .*; do less in loops/],
    ['{{ until 300000000 }}', /^TEMPLATE_MEMORY: list of 300,000,000 .*; make shorter texts/],
    [
      '{{ $t := repeat 10000000 "x" }}{{ range 4 }}{{ $t }}{{ end }}',
      /^TEMPLATE_OUTPUT: 33,554,432 bytes .*; print less/,
    ],
    [
      '{{ include "a" . }}{{ define "a" }}{{ include "a" . }}{{ end }}',
      /^TEMPLATE_DEPTH: .*; nest less/,
    ],
  ])(
    'the message of %s tells the limit, the template, the line and what to do',
    (text, expected) => {
      const message = refusal(() => render({ 'templates/a.yaml': `\n\n${text}` }))
      expect(message).toMatch(expected)
      expect(message).toContain(' at shop/templates/a.yaml:3; ')
    },
  )

  test('a render costs the same however often its expressions were compiled', () => {
    const entries = { 'templates/NOTES.txt': '{{ regexMatch "^costs (the|a) same$" "" }}' }
    expect(render(entries).used.steps).toBe(render(entries).used.steps)
  })

  test('a regular expression takes linear time', () => {
    expect(template('{{ regexMatch "(a+)+$" (repeat 100000 "a") }}')).toBe('true')
    expect(template('{{ regexMatch "(a+)+$" (printf "%sb" (repeat 100000 "a")) }}')).toBe('false')
  })

  test.each(['a{1001}', '(?=x)', '\\\\1'])('the expression %s has the words of Go', (pattern) => {
    expect(refusal(() => template(`{{ mustRegexMatch "${pattern}" "a" }}`))).toContain(
      'error parsing regexp',
    )
  })
})

function remembered(text: string): GeneratedMemory {
  const memory = new GeneratedMemory({ random: seededRandom(1), clock: systemClock })
  renderChart(loadChartFiles(files({ 'templates/NOTES.txt': text })), {
    release: { name: 'shop', namespace: 'default' },
    values: mergeValues({}),
    generated: memory,
  })
  return memory
}

describe('what is dear is rehearsed', () => {
  test.each([
    'genPrivateKey "rsa"',
    'genPrivateKey "dsa"',
    'bcrypt "a"',
    'htpasswd "a" "b"',
    'genCA "a" 1',
    'genSelfSignedCert "a" nil nil 1',
  ])('forty times %s is refused before the first is made', (call) => {
    const memory = new GeneratedMemory({ random: seededRandom(1), clock: systemClock })
    const text = `{{ range 40 }}{{ $_ := ${call} }}{{ end }}`
    const message = refusal(() =>
      renderChart(loadChartFiles(files({ 'templates/NOTES.txt': text })), {
        release: { name: 'shop', namespace: 'default' },
        values: mergeValues({}),
        generated: memory,
      }),
    )
    expect(message).toContain(
      'TEMPLATE_FUEL: 1,000,000 steps exceeded at shop/templates/NOTES.txt:1',
    )
    expect(memory.entries).toEqual([])
  })

  test('a rehearsal changes neither values nor what is drawn', () => {
    const text = '{{ .Values.seen }}{{ $_ := set .Values "seen" "x" }}{{ randAlphaNum 8 }}'
    const plain = remembered(text).entries
    const dear = remembered(`${text}{{ $_ := bcrypt "a" }}`).entries
    expect(dear.slice(0, plain.length)).toEqual(plain)
    expect(
      template('{{ .Values.seen }}{{ $_ := set .Values "seen" "x" }}{{ bcrypt "a" | len }}'),
    ).toBe('60')
  })

  test('real keys and hashes are made behind it', () => {
    expect(template('{{ bcrypt "a" | trunc 7 }} {{ derivePassword 1 "long" "p" "u" "s" }}')).toBe(
      '$2a$10$ Rude2$QafoJela',
    )
    expect(template('{{ genPrivateKey "rsa" | trunc 31 }}')).toBe('-----BEGIN RSA PRIVATE KEY-----')
  })
})

describe('a value that shares its parts is counted before it is walked', () => {
  const doubled = '{{ $d := dict "a" 1 }}{{ range 40 }}{{ $d = dict "l" $d "r" $d }}{{ end }}'
  test.each(['toYaml', 'toYamlPretty', 'toJson', 'toToml', 'toString', 'quote', 'deepCopy'])(
    '%s',
    (name) => {
      expect(refusal(() => template(`${doubled}{{ $_ := ${name} $d }}`))).toContain(
        'TEMPLATE_MEMORY: value of more than 200,000 parts at shop/templates/NOTES.txt:1',
      )
    },
  )

  test('printed', () => {
    expect(refusal(() => template(`${doubled}{{ $d }}`))).toContain('TEMPLATE_MEMORY')
    expect(refusal(() => template(`${doubled}{{ printf "%v" $d }}`))).toContain('TEMPLATE_MEMORY')
  })
})

describe('a chart reaches nothing outside', () => {
  test('names are not resolved, the environment is not there', () => {
    expect(template('{{ getHostByName "localhost" }}')).toBe('')
    expect(refusal(() => template('{{ env "HOME" }}'))).toContain('function "env" not defined')
    expect(refusal(() => template('{{ expandenv "$HOME" }}'))).toContain(
      'function "expandenv" not defined',
    )
  })

  test('a look-up finds nothing, and is reported', () => {
    const rendered = render({
      'templates/NOTES.txt': '{{ lookup "v1" "Secret" "kube-system" "" }}',
    })
    expect(rendered.notes).toBe('map[]')
    expect(rendered.reads.lookups).toEqual(['v1/Secret/kube-system/'])
  })

  test('files are those of the chart', () => {
    expect(template('{{ .Files.Get "../../etc/passwd" }}{{ .Files.Get "/etc/passwd" }}')).toBe('')
  })

  test.each(['file:///dev/zero', 'http://127.0.0.1/x', 'other.json'])(
    'a schema may not refer to %s',
    (reference) => {
      const schema = JSON.stringify({ $ref: reference })
      expect(refusal(() => render({ 'values.schema.json': schema }))).toContain('SCHEMA_REF')
    },
  )
})

describe('a hostile schema is refused', () => {
  test('one that refers to itself for ever', () => {
    const schema = JSON.stringify({ allOf: [{ $ref: '#' }] })
    expect(refusal(() => render({ 'values.schema.json': schema }))).toContain('reference cycle')
  })

  test('one that doubles its work at each level', () => {
    const $defs: Record<string, unknown> = { l0: { type: 'object' } }
    for (let level = 1; level <= 40; level++) {
      const below = { $ref: `#/$defs/l${level - 1}` }
      $defs[`l${level}`] = { allOf: [below, below] }
    }
    const schema = JSON.stringify({ $defs, $ref: '#/$defs/l40' })
    expect(refusal(() => render({ 'values.schema.json': schema }))).toContain('SCHEMA_DEPTH')
  })
})

describe('a hostile chart is refused', () => {
  test.each([
    ['..', 'CHART_NAME'],
    ['.', 'CHART_NAME'],
    ['../../x', 'CHART_NAME'],
  ])('the name %s', (name, code) => {
    const chart = `apiVersion: v2\nname: "${name}"\nversion: 1.0.0\n`
    expect(refusal(() => loadChartFiles(files({ 'Chart.yaml': chart })))).toContain(code)
  })

  test('a version with an escape code', () => {
    const chart = 'apiVersion: v2\nname: a\nversion: "1.0.0\\e[2J"\n'
    expect(refusal(() => loadChartFiles(files({ 'Chart.yaml': chart })))).toContain('CHART_VERSION')
  })

  test('a hundred charts within one another', () => {
    const nested: Record<string, string> = {}
    let prefix = ''
    for (let level = 0; level < 100; level++) {
      prefix += `charts/c${level}/`
      nested[`${prefix}Chart.yaml`] = `apiVersion: v2\nname: c${level}\nversion: 1.0.0\n`
    }
    expect(refusal(() => loadChartFiles(files(nested)))).toContain('CHART_DEPTH')
  })

  test('Chart.yaml at the root of an archive', () => {
    const archive = writeArchive(memoryTree([['Chart.yaml', CHART]]))
    expect(refusal(() => loadChartArchive(archive))).toContain('ARCHIVE')
  })

  test('values that unfold without end', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (let level = 1; level < 9; level++) {
      const name = String.fromCharCode(97 + level)
      const before = String.fromCharCode(96 + level)
      lines.push(`${name}: &${name} [${Array<string>(10).fill(`*${before}`).join(',')}]`)
    }
    expect(refusal(() => render({ 'values.yaml': lines.join('\n') }))).toContain('CHART_FILE')
  })

  test('a release name that is no name', () => {
    expect(refusal(() => render({}, '--post-renderer=x'))).toContain('HELM_RELEASE_NAME')
  })

  test('keys of JavaScript are plain data', () => {
    const values = '__proto__: {polluted: yes}\nconstructor: {prototype: {x: 1}}\n'
    const rendered = render({
      'values.yaml': values,
      'templates/NOTES.txt':
        '{{ .Values.__proto__.polluted }}{{ .Values.constructor.prototype.x }}',
    })
    expect(rendered.notes).toBe('true1')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('links within the tree are followed, links out of it are not', () => {
    const tree = memoryTree([
      ['Chart.yaml', CHART],
      ['shared.txt', 'text'],
      ['templates/a.txt', { link: '../shared.txt' }],
    ])
    expect(loadChart(tree).templates.map((file) => file.data)).toEqual(['text'])
    const escaping = memoryTree([
      ['Chart.yaml', CHART],
      ['templates/a.txt', { link: '../../../etc/passwd' }],
    ])
    expect(refusal(() => loadChart(escaping))).toContain('SOURCE_ESCAPE')
  })
})
