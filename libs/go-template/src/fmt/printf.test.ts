import { expect, test } from 'vitest'
import { evaluate } from '../testing/evaluate.ts'

// What Go 1.26 prints.
test.each([
  [
    '{{ $t := toDate "2006-01-02T15:04:05.000Z07:00" "1999-12-31T23:59:59.123+02:00" }}{{ printf "%#v" $t }}',
    'time.Date(1999, time.December, 31, 23, 59, 59, 123000000, time.Location(""))',
  ],
  [
    '{{ $t := toDate "2006-01-02T15:04:05.000Z07:00" "1999-12-31T23:59:59.123Z" }}{{ printf "%t" $t }}',
    '{%!t(uint64=123000000) %!t(int64=63082281599) %!t(*time.Location=<nil>)}',
  ],
  [
    '{{ $t := toDate "2006-01-02T15:04:05.000Z07:00" "1999-12-31T23:59:59.123Z" }}{{ printf "%d" $t.UTC }}',
    '{123000000 63082281599 0}',
  ],
  [
    '{{ $t := toDate "2006-01-02T15:04:05.000Z07:00" "1999-12-31T23:59:59.123Z" }}{{ printf "%d" (list $t) }}',
    '[{123000000 63082281599 0}]',
  ],
  ['{{ $t := toDate "x" "1999-12-31T23:59:59.123Z" }}{{ printf "%d" $t }}', '{0 0 0}'],
  [
    '{{ printf "%d" (semver "1.2.3-a.1+b") }}',
    '&{1 2 3 %!d(string=a.1) %!d(string=b) %!d(string=1.2.3-a.1+b)}',
  ],
  [
    '{{ printf "%#v" (semver "1.2.3-a.1+b") }}',
    '&semver.Version{major:0x1, minor:0x2, patch:0x3, pre:"a.1", metadata:"b", original:"1.2.3-a.1+b"}',
  ],
  [
    '{{ printf "%+d" (semver "1.2.3-a.1+b") }}',
    '&{+1 +2 +3 %!d(string=a.1) %!d(string=b) %!d(string=1.2.3-a.1+b)}',
  ],
  ['{{ printf "%x" (semver "1.2.3-a.1+b") }}', '312e322e332d612e312b62'],
  [
    '{{ printf "%t" (semver "1.2.3-a.1+b") }}',
    '&{%!t(uint64=1) %!t(uint64=2) %!t(uint64=3) %!t(string=a.1) %!t(string=b) %!t(string=1.2.3-a.1+b)}',
  ],
  [
    '{{ printf "%d" (semver "1.2.3-a.1+b").IncMajor }}',
    '{2 0 0 %!d(string=) %!d(string=) %!d(string=2.0.0)}',
  ],
  ['{{ printf "%p" (semver "1.2.3-a.1+b").IncMajor }}', '%!p(semver.Version={2 0 0   2.0.0})'],
  [
    '{{ printf "%v %s %d" (toDate "2006-01-02" "2024-02-29").Month (toDate "2006-01-02" "2024-02-29").Weekday (toDate "2006-01-02" "2024-02-29").Month }}',
    'February Thursday 2',
  ],
  [
    '{{ printf }}',
    'template: t:1:3: executing "t" at <printf>: wrong number of args for printf: want at least 1 got 0',
  ],
  ['{{ printf 1 }}', 'template: t:1:10: executing "t" at <1>: expected string; found 1'],
  ['{{ printf "%d" }}', '%!d(MISSING)'],
  ['{{ printf "%d %d" 1 }}', '1 %!d(MISSING)'],
  ['{{ printf "%[3]d" 1 }}', '%!d(BADINDEX)'],
  ['{{ printf "%[x]d" 1 }}', '%!d(BADINDEX)'],
  ['{{ printf "%*d" "a" 1 }}', '%!(BADWIDTH)1'],
  ['{{ printf "%.*f" 2 1.234 }}', '1.23'],
  [
    '{{ printf "%-10s|%10s|%+5d|%x|%X|%#x|% x" "a" "b" 3 "hi" "hi" "hi" "hi" }}',
    'a         |         b|   +3|6869|6869|0x6869|68 69',
  ],
  [
    '{{ printf "%v %s %d %x %f %t %e %b" 1i 1i 1i 1i 1i 1i 1i 1i }}',
    '(0+1i) %!s(complex128=(0+1i)) %!d(complex128=(0+1i)) (0x0p+00+0x1p+00i) (0.000000+1.000000i) %!t(complex128=(0+1i)) (0.000000e+00+1.000000e+00i) (0p-1074+4503599627370496p-52i)',
  ],
  [
    '{{ len "日本語" }}|{{ index "日本語" 0 }}|{{ slice "日本語" 0 1 | printf "%q" }}',
    'template: t:1:51: executing "t" at <slice "日本語" 0 1>: error calling slice: list should be type of slice or array but string',
  ],
  ['{{ range (int64 3) }}{{ printf "%T" . }}{{ end }}', 'int64int64int64'],
  ['{{ "a" | upper | lower | quote | printf "%s-%s" "x" }}', 'x-"a"'],
  [
    '{{ 5.0 }}|{{ int 5.0 }}|{{ printf "%T" 5.0 }}|{{ printf "%T" 5 }}|{{ printf "%T" 1e3 }}',
    '5|5|float64|int|float64',
  ],
  ['{{ print 1 2 "a" "b" 3 nil true }}|{{ println 1 "a" }}', '1 2ab3 <nil> true|1 a\n'],
  ['{{ (print "a") }}{{ ((1)) }}', 'a1'],
  ['{{ (printf "%s" "a") | len }}', '1'],
  [
    '{{ printf "%w" "a" }}{{ printf "%#w" "a" }}{{ printf "%+w" (dict "a" 1) }}',
    '%!w(string=a)%!w(string="a")%!w(map[string]interface {}=map[a:1])',
  ],
  [
    '{{ printf "%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U|%#U" 42 42 42 42 42 42 42 42 42 42 42 42 42 42 42 42 }}',
    "   42|42   |00042|+42| 42|2a|2A|0x2a|52|052|0o52|101010|*|'*'|U+002A|U+002A '*'",
  ],
  [
    '{{ printf "%5.1f|%-8.2f|%08.3f|%+.1e|%g|%G|%.3g|%v|%b" 3.14159 3.14159 3.14159 31415.9 1e21 1e-7 1234.5678 1000000.0 1.5 }}',
    '  3.1|3.14    |0003.142|+3.1e+04|1e+21|1E-07|1.23e+03|1e+06|6755399441055744p-52',
  ],
  [
    '{{ printf "%s|%10s|%-10s|%.2s|%q|%#q|%+q|%x|% x|%#x" "héy" "héy" "héy" "héy" "héy" "héy" "héy" "héy" "héy" "héy" }}',
    'héy|       héy|héy       |hé|"héy"|`héy`|"h\\u00e9y"|68c3a979|68 c3 a9 79|0x68c3a979',
  ],
  [
    '{{ printf "%v|%+v|%#v|%T|%d|%s" (list 1 "a" nil 2.5) (list 1 "a") (list 1 "a" nil) (list) (list 1 "a") (list 1 "a") }}',
    '[1 a <nil> 2.5]|[1 a]|[]interface {}{1, "a", interface {}(nil)}|[]interface {}|[1 %!d(string=a)]|[%!s(int=1) a]',
  ],
  [
    '{{ printf "%v|%+v|%#v|%T|%d|%s|%t" (dict "b" 1 "a" nil) (dict "a" 1) (dict "a" 1 "b" (list)) dict (dict "a" 1) (dict "a" 1) true }}',
    'map[a:<nil> b:1]|map[a:1]|map[string]interface {}{"a":1, "b":[]interface {}{}}|map[string]interface {}|map[%!d(string=a):1]|map[a:%!s(int=1)]|true',
  ],
  [
    '{{ printf "%v %d %s %t %q %x" nil nil nil nil nil nil }}',
    '<nil> %!d(<nil>) %!s(<nil>) %!t(<nil>) %!q(<nil>) %!x(<nil>)',
  ],
  ['{{ printf "%t|%v|%d|%s" true false true false }}', 'true|false|%!d(bool=true)|%!s(bool=false)'],
  ['{{ printf "%*d|%-*d|%.*f|%*d" 5 1 5 1 2 1.234 "x" 1 }}', '    1|1    |1.23|%!(BADWIDTH)1'],
  [
    '{{ printf "%[2]d %[1]d %d %[1]*d %[9]d %[a]d %[" 1 2 }}',
    '2 1 2 2 %!d(BADINDEX) %!d(BADINDEX) %!(NOVERB)',
  ],
  ['{{ printf "%!|%z|%é|%" 1 2 3 }}', '%!!(int=1)|%!z(int=2)|%!é(int=3)|%!(NOVERB)'],
  [
    '{{ printf "%d %d" 1 }}|{{ printf "%d" 1 2 }}|{{ printf "" 1 }}',
    '1 %!d(MISSING)|1%!(EXTRA int=2)|%!(EXTRA int=1)',
  ],
  ['{{ printf "%6.2f%%" 12.345 }}', ' 12.35%'],
  [
    '{{ print 1 2 "a" "b" 3 nil true 1.5 }}|{{ println "a" 1 nil }}',
    '1 2ab3 <nil> true 1.5|a 1 <nil>\n',
  ],
  [
    '{{ 1e6 }} {{ 123456.0 }} {{ 1234567.0 }} {{ 1e20 }} {{ 1e21 }} {{ 1e-4 }} {{ 1e-5 }} {{ 0.1 }} {{ -0.0 }}',
    '1e+06 123456 1.234567e+06 1e+20 1e+21 0.0001 1e-05 0.1 -0',
  ],
])('%s', (template, expected) => {
  expect(evaluate(template)).toBe(expected)
})
