import type { HostileRow } from './engine.ts'
import { template } from './helm-chart.ts'

const REFUSED = /^TEMPLATE_FUEL: 1,000,000 steps exceeded at shop\/templates\/NOTES.txt:1; do less/u
const SPENT = /^TEMPLATE_(?:FUEL|MEMORY): .* at shop\/templates\/NOTES.txt:1; /u

/** What would take more time than there is. Each function costs at least what it takes. */
export function fuelRows(): readonly HostileRow[] {
  return [
    template(
      '1.6 billion passes of loops',
      REFUSED,
      '{{ range untilStep 0 40000 1 }}{{ range untilStep 0 40000 1 }}{{ end }}{{ end }}',
    ),
    template('a loop over a large number', REFUSED, '{{ range 1600000000 }}{{ end }}'),
    ...loops().map(([name, setup, call]) =>
      template(name, SPENT, `${setup}{{ range 1000000 }}{{ $_ := ${call} }}{{ end }}`),
    ),
    template(
      'a million starts of a large mapping',
      SPENT,
      '{{ $d := dict }}{{ range 20000 }}{{ $_ := set $d (toString .) 1 }}{{ end }}{{ range 1000000 }}{{ range $k, $v := $d }}{{ break }}{{ end }}{{ end }}',
    ),
    template(
      'an expression that could backtrack',
      /^true false$/u,
      '{{ regexMatch "(a+)+$" (repeat 100000 "a") }} {{ regexMatch "(a+)+$" (printf "%sb" (repeat 100000 "a")) }}',
    ),
    template(
      'blanks inside of a text that is trimmed',
      /^1000002$/u,
      '{{ trim (printf "x%sx" (repeat 1000000 " ")) | len }}',
    ),
    template('slashes inside of a path', /^x$/u, '{{ base (printf "x%sx" (repeat 1000000 "/")) }}'),
    template(
      'an expression that repeats 1001 times',
      /invalid repeat count: `\{1001\}`/u,
      '{{ mustRegexMatch "a{1001}" "a" }}',
    ),
    template(
      'an expression that looks ahead',
      /invalid or unsupported Perl syntax: `\(\?=`/u,
      '{{ mustRegexMatch "(?=x)" "a" }}',
    ),
    template(
      'an expression that refers back',
      /invalid escape sequence: `\\1`/u,
      '{{ mustRegexMatch "\\\\1" "a" }}',
    ),
  ]
}

function loops(): readonly (readonly [name: string, setup: string, call: string])[] {
  const long = '{{ $t := repeat 10000 "ab" }}'
  const list = '{{ $l := until 10000 }}'
  return [
    ['a million digests', '', 'sha512sum "a"'],
    ['a million searches', '{{ $t := repeat 10000 "a" }}', 'regexMatch "(a+)+$" $t'],
    ['a million expressions', '', 'regexMatch (printf "(a|b|c|d)*%d" .) "b"'],
    ['a million sorts', list, 'sortAlpha $l'],
    ['lists without doubles, a million times', '{{ $l := until 3000 }}', 'uniq $l'],
    ['a million searches in a list', list, 'has "x" $l'],
    ['a list printed a million times', list, 'toString $l'],
    ['a list of long texts, printed', `${long}{{ $l := list $t $t $t $t }}`, 'toString $l'],
    ['a million small documents of YAML', '', 'fromYaml "a: {b: [1, 2, 3]}"'],
    ['a million documents of TOML', '', 'fromToml "a = [1, 2, 3]"'],
    ['a million texts as templates', '', 'tpl "{{ .Release.Name }}" $'],
    [
      'a million times of a zone',
      '{{ $t := toDate "2006" "2020" }}',
      'dateInZone "2006" $t "Europe/Berlin"',
    ],
    ['a million constraints of versions', '', 'semverCompare ">=1.2.0 <2.0.0 || >3.0.0-0" "1.2.3"'],
    ['a million words of a long text', long, 'snakecase $t'],
    ['a million titles', long, 'title $t'],
    ['a million encodings', long, 'b32enc $t'],
    ['a million escapes', '{{ $t := repeat 10000 "<" }}', 'urlquery $t'],
    ['a million sums', long, 'adler32sum $t'],
    ['a million copies of a long text', long, 'replace "a" "c" $t'],
    ['a million lines that are indented', '{{ $t := repeat 10000 "a\\n" }}', 'indent 2 $t'],
  ]
}

/** Keys and hashes, whose price is asked before any is made. */
export function dearRows(): readonly HostileRow[] {
  const rows: readonly (readonly [name: string, call: string])[] = [
    ['40 keys of RSA', 'genPrivateKey "rsa"'],
    ['40 keys of DSA', 'genPrivateKey "dsa"'],
    ['40 hashes of bcrypt', 'bcrypt "a"'],
    ['40 lines of htpasswd', 'htpasswd "a" "b"'],
    ['40 derived passwords', 'derivePassword 1 "long" "p" "u" "s"'],
    ['40 authorities', 'genCA "a" 1'],
    ['40 certificates', 'genSelfSignedCert "a" nil nil 1'],
  ]
  return [
    ...rows.map(([name, call]) =>
      template(name, REFUSED, `{{ range 40 }}{{ $_ := ${call} }}{{ end }}`),
    ),
    template(
      'certificates of a key that stands in',
      REFUSED,
      '{{ $k := genPrivateKey "rsa" }}{{ $c := genCAWithKey "a" 1 $k }}{{ range 40 }}{{ $_ := genSignedCert "a" nil nil 1 $c }}{{ end }}',
    ),
  ]
}
