import type { HostileRow } from './engine.ts'
import { chart, template } from './helm-chart.ts'

const DOUBLED =
  '{{ $d := dict "a" 1 }}{{ range 40 }}{{ $d = dict "l" $d "r" $d }}{{ end }}{{ $e := deepCopy (dict "a" 1) }}{{ range 40 }}{{ $e = dict "l" $e "r" $e }}{{ end }}'

/** What would take more memory than there is. */
export function memoryRows(): readonly HostileRow[] {
  const refused =
    /^TEMPLATE_(?:MEMORY|FUEL): .* at shop\/templates\/NOTES.txt:1; (?:make shorter|do less)/u
  const rows: readonly (readonly [name: string, text: string])[] = [
    ['a list of 300 million', '{{ until 300000000 }}'],
    ['a text repeated 4 billion times', '{{ repeat 4000000000 "x" }}'],
    ['an indent of 2 billion', '{{ indent 2000000000 "x" }}'],
    [
      'a text that doubles forty times',
      '{{ $x := "x" }}{{ range 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}',
    ],
    ['a width of a billion', '{{ printf "%999999d%999999d" 1 2 | repeat 1000 }}'],
    [
      'a text whose letters are replaced',
      '{{ replace "a" (repeat 100000 "b") (repeat 100000 "a") }}',
    ],
    [
      'texts that are kept',
      '{{ $l := list }}{{ range 1000 }}{{ $l = append $l (repeat 5000000 (toString .)) }}{{ end }}',
    ],
    [
      'a long text joined with itself',
      '{{ $t := repeat 1000000 "x" }}{{ $l := list }}{{ range 1000 }}{{ $l = append $l $t }}{{ end }}{{ join "" $l }}',
    ],
    ...['toYaml', 'toYamlPretty', 'toJson', 'toToml', 'toString', 'deepCopy', 'quote'].map(
      (name): readonly [string, string] => [
        `${name} of a value that doubles`,
        `${DOUBLED}{{ $_ := ${name} $d }}`,
      ],
    ),
    ['a value that doubles, printed', `${DOUBLED}{{ $d }}`],
    ['a comparison of values that double', `${DOUBLED}{{ deepEqual $d $e }}`],
  ]
  return [
    ...rows.map(([name, text]) => template(name, refused, text)),
    template('mustToYaml of a value that doubles', refused, `${DOUBLED}{{ mustToYaml $d }}`, {
      flavour: 'helm4',
    }),
    template('300 million random characters', refused, '{{ randAlphaNum 300000000 }}'),
    template('300 million random bytes', refused, '{{ randBytes 300000000 }}'),
    template(
      'a replacement that grows',
      refused,
      '{{ regexReplaceAll "" (repeat 1000000 "a") (repeat 10000 "b") }}',
    ),
    template(
      'an output without end',
      /^TEMPLATE_(?:OUTPUT|MEMORY): .* at shop\/templates\/NOTES.txt:1/u,
      '{{ $t := repeat 1000000 "x" }}{{ range 100000 }}{{ $t }}{{ end }}',
    ),
    chart('an output of a million documents', /^MANIFEST: .*10000 documents/u, () => ({
      'templates/a.yaml': '{{ repeat 1000000 "a: 1\\n---\\n" }}',
    })),
    template(
      'a value that contains itself',
      /^0 0 \d+$/u,
      '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ toYaml $d | len }} {{ toJson $d | len }} {{ $d | toString | len }}',
    ),
  ]
}

/** What nests deeper than any stack. */
export function depthRows(): readonly HostileRow[] {
  return [
    template(
      'a template that calls itself',
      /^TEMPLATE_DEPTH: 1,100 .*maximum template depth \(100000\)\) at shop/u,
      '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
    ),
    template(
      'an include of itself',
      /^TEMPLATE_DEPTH: .*nested reference name: a: .* at shop/u,
      '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
    ),
    template(
      'tpl and include of each other',
      /^TEMPLATE_DEPTH: .* at /u,
      '{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}',
    ),
    template('50,000 opening braces', /^TEMPLATE: parse error at \(shop/u, '{{'.repeat(50_000)),
    template('ten megabytes of braces', /^TEMPLATE: parse error at/u, '{{'.repeat(5_000_000)),
    template(
      '50,000 open conditions',
      /^TEMPLATE_DEPTH: 500 .* at shop/u,
      '{{if 1}}'.repeat(50_000),
    ),
    template(
      '50,000 parentheses',
      /^TEMPLATE_DEPTH: 500 .* at shop/u,
      `{{ ${'('.repeat(50_000)} }}`,
    ),
    template(
      'JSON that nests',
      /^\{"Error":".*(?:depth|deeper)/u,
      '{{ fromJson (repeat 100000 "[") | toJson | trunc 100 }}',
    ),
    template(
      'TOML that nests',
      /^\{"Error":".*(?:depth|deeper)/u,
      '{{ fromToml (printf "a = %s" (repeat 100000 "[")) | toJson | trunc 100 }}',
    ),
    template(
      'YAML that nests',
      /^\{"Error":".*(?:depth|nesting 100 exceeded)/u,
      '{{ fromYaml (repeat 100000 "[") | toJson | trunc 100 }}',
    ),
  ]
}

/** What lies outside of a chart. */
export function reachRows(): readonly HostileRow[] {
  return [
    template('a name to resolve', /^$/u, '{{ getHostByName "localhost" }}'),
    template('the environment', /function "env" not defined/u, '{{ env "HOME" }}'),
    template('text from the environment', /"expandenv" not defined/u, '{{ expandenv "$HOME" }}'),
    template(
      'a Secret of the cluster',
      /^map\[\]$/u,
      '{{ lookup "v1" "Secret" "kube-system" "" }}',
    ),
    template(
      'a file out of the chart',
      /^$/u,
      '{{ .Files.Get "../../etc/passwd" }}{{ .Files.Get "/etc/passwd" }}',
    ),
    chart(
      'a pattern over 100,000 files',
      /^100000$/u,
      () => ({
        ...Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`f/${at}`, ''])),
        'templates/NOTES.txt': '{{ len (.Files.Glob "**") }}',
      }),
      { msMax: 1000 },
    ),
    chart('a hundred Secrets of a large file', /^TEMPLATE_(?:FUEL|MEMORY): /u, () => ({
      'f/large': 'x'.repeat(4_000_000),
      'templates/NOTES.txt': '{{ range 100 }}{{ $_ := ($.Files.Glob "**").AsSecrets }}{{ end }}',
    })),
  ]
}
