import { expect, test } from 'vitest'
import { evaluate } from '../testing/evaluate.ts'

// What time.Time of Go 1.26 gives to a template.
test.each([
  [
    '{{ add (toDate "2006" "2020").Month 1 }}|{{ int (toDate "2006" "2020").Weekday }}|{{ addf (toDate "2006" "2020").Month 1 }}|{{ int64 ((toDate "2006" "2020").Sub (toDate "2006" "2020")) }}|{{ (toDate "2006" "2020").Month | toString }}|{{ float64 (toDate "2006" "2020").Month }}|{{ duration (toDate "2006" "2020").Month }}|{{ floor (toDate "2006" "2020").Month }}|{{ round (toDate "2006" "2020").Month 1 }}',
    '2|3|2|0|January|1|0s|1|1',
  ],
  [
    '{{ (toDate "2006" "2020").Add "x" }}',
    'template: t:1:30: executing "t" at <"x">: expected integer; found "x"',
  ],
  [
    '{{ (toDate "2006" "2020").Add 1.5 }}',
    'template: t:1:30: executing "t" at <1.5>: expected integer; found 1.5',
  ],
  [
    '{{ (toDate "2006" "2020").Add (int64 5) }}',
    'template: t:1:37: executing "t" at <5>: wrong type for value; expected time.Duration; got int64',
  ],
  [
    '{{ (toDate "2006" "2020").AddDate 1 2 }}',
    'template: t:1:18: executing "t" at <"2020">: wrong number of args for AddDate: want 3 got 2',
  ],
  [
    '{{ (toDate "2006" "2020").AddDate 1 2 "x" }}',
    'template: t:1:38: executing "t" at <"x">: expected integer; found "x"',
  ],
  [
    '{{ (toDate "2006" "2020").Format }}',
    'template: t:1:18: executing "t" at <"2020">: wrong number of args for Format: want 1 got 0',
  ],
  ['{{ (toDate "2006" "2020").IsDST }}', 'false'],
  ['{{ (toDate "2006" "2020").MarshalJSON | toString }}', '"2020-01-01T00:00:00Z"'],
  ['{{ (toDate "2006" "2020").MarshalText | toString }}', '2020-01-01T00:00:00Z'],
  [
    '{{ (toDate "2006" "2020").wall }}',
    'template: t:1:18: executing "t" at <"2020">: wall is an unexported field of struct type time.Time',
  ],
  [
    '{{ (toDate "2006" "2020").Foo }}',
    'template: t:1:18: executing "t" at <"2020">: can\'t evaluate field Foo in type time.Time',
  ],
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
  ['{{ (toDate "2006-01-02" "2024-02-29") | toYamlPretty }}', '2024-02-29T00:00:00Z'],
  [
    '{{ (toDate "2006-01-02T15:04:05.000Z07:00" "1999-12-31T23:59:59.123+02:00") | toYamlPretty }}',
    '1999-12-31T23:59:59.123+02:00',
  ],
  [
    '{{ dict "a" (toDate "2006-01-02T15:04:05.000Z07:00" "1999-12-31T23:59:59.123+02:00") | toYamlPretty }}',
    'a: 1999-12-31T23:59:59.123+02:00',
  ],
  ['{{ (toDate "2006-01-02" "2024-02-29").Month | toYamlPretty }}', '2'],
  ['{{ (toDate "2006-01-02" "2024-02-29").Month | toYaml }}', '2'],
  ['{{ (toDate "2006-01-02" "2024-02-29").Month | toToml }}', '2'],
  ['{{ dict "a" (toDate "2006-01-02" "2024-02-29") | toToml }}', 'a = 2024-02-29T00:00:00Z\n'],
  ['{{ dict "a" (toDate "2006-01-02" "2024-02-29").Month | toToml }}', 'a = 2\n'],
  [
    '{{ printf "%v %s %d" (toDate "2006-01-02" "2024-02-29").Month (toDate "2006-01-02" "2024-02-29").Weekday (toDate "2006-01-02" "2024-02-29").Month }}',
    'February Thursday 2',
  ],
  [
    '{{ printf "%#v" (toDate "2006-01-02 -0700" "2024-02-29 +0000") }}',
    'time.Date(2024, time.February, 29, 0, 0, 0, 0, time.Local)',
  ],
  ['{{ printf "%v" (toDate "2006-01-02 -0700" "2024-02-29 +0100").Location }}', ''],
  [
    '{{ printf "%#v" (toDate "2006-01-02" "2024-02-29") }}',
    'time.Date(2024, time.February, 29, 0, 0, 0, 0, time.Local)',
  ],
  ['{{ printf "%d" (toDate "2006-01-02" "2024-02-29").UTC }}', '{0 63844761600 0}'],
  [
    '{{ printf "%#v %q %x %5d %c" (toDate "2006-01-02" "2024-02-29").Month (toDate "2006-01-02" "2024-02-29").Weekday (toDate "2006-01-02" "2024-02-29").Month (toDate "2006-01-02" "2024-02-29").Month (toDate "2006-01-02" "2024-02-29").Month }}',
    '2 "Thursday" 4665627275617279     2 \u0002',
  ],
  [
    '{{ $d := (toDate "2006-01-02" "2024-02-29").Sub (toDate "2006-01-02" "2024-02-27") }}{{ printf "%d %v %s %t %#v %T" $d $d $d $d $d $d }}{{ $d | toJson }}{{ $d | toYaml }}{{ $d | toYamlPretty }}{{ dict "a" $d | toToml }}{{ $d | int }}{{ $d | toString }}{{ $d | quote}}{{ kindOf $d }}{{ typeOf $d }}',
    '172800000000000 48h0m0s 48h0m0s %!t(time.Duration=172800000000000) 172800000000000 time.Duration17280000000000017280000000000048h0m0sa = "48h0m0s"\n048h0m0s"48h0m0s"int64time.Duration',
  ],
  ['{{ toDate "2006-01-02" "2024-02-29" | toToml }}', '2024-02-29T00:00:00Z'],
])('%s', (template, expected) => {
  expect(evaluate(template)).toBe(expected)
})
