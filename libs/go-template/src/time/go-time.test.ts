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

const PI =
  '{{ $t := toDate "2006-01-02T15:04:05.999999999Z07:00" "2021-03-14T15:09:26.535897932+02:00" }}'

// Every method of time.Time and time.Duration that a template can call, and those that it cannot; recorded from Go 1.26.
test.each([
  [
    `${PI}{{ $t.Clock }}`,
    'template: t:1:99: executing "t" at <$t.Clock>: function Clock has 3 return values; should be 1 or 2',
  ],
  [
    `${PI}{{ $t.Clock 1 }}`,
    'template: t:1:99: executing "t" at <$t.Clock>: wrong number of args for Clock: want 0 got 1',
  ],
  [
    `${PI}{{ $t.Date }}`,
    'template: t:1:99: executing "t" at <$t.Date>: function Date has 3 return values; should be 1 or 2',
  ],
  [
    `${PI}{{ $t.ISOWeek }}`,
    'template: t:1:99: executing "t" at <$t.ISOWeek>: invalid function signature for ISOWeek: second return value should be error; is int',
  ],
  [
    `${PI}{{ $t.Zone }}`,
    'template: t:1:99: executing "t" at <$t.Zone>: invalid function signature for Zone: second return value should be error; is int',
  ],
  [
    `${PI}{{ $t.ZoneBounds }}`,
    'template: t:1:99: executing "t" at <$t.ZoneBounds>: invalid function signature for ZoneBounds: second return value should be error; is time.Time',
  ],
  [
    `${PI}{{ $t.ZoneBounds | len }}`,
    'template: t:1:99: executing "t" at <$t.ZoneBounds>: invalid function signature for ZoneBounds: second return value should be error; is time.Time',
  ],
  [
    `${PI}{{ range $t.Clock }}{{ end }}`,
    'template: t:1:105: executing "t" at <$t.Clock>: function Clock has 3 return values; should be 1 or 2',
  ],
  [
    `${PI}{{ $t.Round 3600000000000 }}|{{ $t.Round 0 }}|{{ $t.Round -5 }}|{{ $t.Round 86400000000000 }}|{{ $t.Round 7000000000 }}|{{ $t.Round 1000 }}`,
    '2021-03-14 15:00:00 +0200 +0200|2021-03-14 15:09:26.535897932 +0200 +0200|2021-03-14 15:09:26.535897932 +0200 +0200|2021-03-15 02:00:00 +0200 +0200|2021-03-14 15:09:28 +0200 +0200|2021-03-14 15:09:26.535898 +0200 +0200',
  ],
  [
    `${PI}{{ $t.Truncate 3600000000000 }}|{{ $t.Truncate 0 }}|{{ $t.Truncate 86400000000000 }}|{{ $t.Truncate 7000000000 }}|{{ $t.Truncate 1000000 }}`,
    '2021-03-14 15:00:00 +0200 +0200|2021-03-14 15:09:26.535897932 +0200 +0200|2021-03-14 02:00:00 +0200 +0200|2021-03-14 15:09:21 +0200 +0200|2021-03-14 15:09:26.535 +0200 +0200',
  ],
  [
    '{{ $t := toDate "2006" "0000" }}{{ $t.Round 3600000000001 }}|{{ $t.Truncate 3600000000001 }}|{{ $t.Round 604800000000000 }}',
    '-0001-12-31 23:59:59.999991216 +0000 UTC|-0001-12-31 23:59:59.999991216 +0000 UTC|0000-01-03 00:00:00 +0000 UTC',
  ],
  [
    '{{ $t := toDate "2006-01-02T15:04:05.5" "2021-03-14T15:09:26.5" }}{{ $t.Round 1000000000 }}|{{ $t.Truncate 1000000000 }}',
    '0001-01-01 00:00:00 +0000 UTC|0001-01-01 00:00:00 +0000 UTC',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.Round "x" }}',
    'template: t:1:44: executing "t" at <"x">: expected integer; found "x"',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.Truncate }}',
    'template: t:1:37: executing "t" at <$t.Truncate>: wrong number of args for Truncate: want 1 got 0',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.Round 1.5 }}',
    'template: t:1:44: executing "t" at <1.5>: expected integer; found 1.5',
  ],
  [
    `${PI}{{ printf "%x" $t.MarshalBinary }}|{{ printf "%x" $t.UTC.MarshalBinary }}|{{ printf "%x" $t.GobEncode }}|{{ printf "%x" (toDate "2006" "2021").MarshalBinary }}`,
    '010000000ed7e002061ff1274c0078|010000000ed7e002061ff1274cffff|010000000ed7e002061ff1274c0078|010000000ed7805d00000000000000',
  ],
  [
    '{{ $t := toDate "2006-01-02 -07:00:00" "2021-03-14 -01:30:15" }}{{ $t }}|{{ printf "%x" $t.MarshalBinary }}|{{ printf "%x" $t.GobEncode }}',
    '2021-03-14 00:00:00 -0130 -0130|020000000ed7df5e2700000000ffa6f1|020000000ed7df5e2700000000ffa6f1',
  ],
  [
    `${PI}{{ $t.AppendFormat $t.MarshalText "|2006" | toString }}`,
    '2021-03-14T15:09:26.535897932+02:00|2021',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.AppendText $t.MarshalText | toString }}',
    '2021-01-01T00:00:00Z2021-01-01T00:00:00Z',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ printf "%x" ($t.AppendBinary $t.MarshalText) }}',
    '323032312d30312d30315430303a30303a30305a010000000ed7805d00000000000000',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.AppendFormat "x" "2006" }}',
    'template: t:1:51: executing "t" at <"x">: can\'t handle "x" for arg of type []uint8',
  ],
  ['{{ $t := toDate "2006" "2021" }}{{ $t.AppendFormat nil "2006" | toString }}', '2021'],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.AppendText "x" }}',
    'template: t:1:49: executing "t" at <"x">: can\'t handle "x" for arg of type []uint8',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.UnmarshalJSON $t.MarshalText }}',
    'template: t:1:37: executing "t" at <$t.UnmarshalJSON>: can\'t evaluate field UnmarshalJSON in type time.Time',
  ],
  [
    '{{ $t := toDate "2006" "2021" }}{{ $t.GobDecode }}',
    'template: t:1:37: executing "t" at <$t.GobDecode>: can\'t evaluate field GobDecode in type time.Time',
  ],
  [
    '{{ $t := (toDate "2006" "2021").AddDate 9000 0 0 }}{{ $t }}|{{ $t.MarshalJSON }}',
    'template: t:1:65: executing "t" at <$t.MarshalJSON>: error calling MarshalJSON: Time.MarshalJSON: year outside of range [0,9999]',
  ],
  [
    '{{ $t := (toDate "2006" "2021").AddDate 9000 0 0 }}{{ $t.MarshalText }}',
    'template: t:1:56: executing "t" at <$t.MarshalText>: error calling MarshalText: Time.MarshalText: year outside of range [0,9999]',
  ],
  ['{{ $t := (toDate "2006" "2021").AddDate 9000 0 0 }}{{ $t | toJson }}|{{ $t | toYaml }}', '|'],
  [
    '{{ $t := (toDate "2006" "2021").AddDate 9000 0 0 }}{{ $t | mustToJson }}',
    'template: t:1:59: executing "t" at <mustToJson>: error calling mustToJson: json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]',
  ],
  [
    '{{ $t := (toDate "2006" "2021").AddDate 9000 0 0 }}{{ dict "a" $t | toToml }}',
    'a = 11021-01-01T00:00:00Z\n',
  ],
  [
    '{{ $t := (toDate "2006" "2021").AddDate 9000 0 0 }}{{ printf "%x" $t.MarshalBinary }}|{{ $t.UnixNano }}|{{ $t.UnixMicro }}|{{ $t.Unix }}',
    '0100000050f7f79200000000000000|8920822894356725760|285621984000000000|285621984000',
  ],
  [
    '{{ (toDate "2006" "0001").UnixNano }}|{{ (toDate "2006" "0001").UnixMicro }}|{{ (toDate "2006" "0001").UnixMilli }}',
    '-6795364578871345152|-62135596800000000|-62135596800000',
  ],
  [
    '{{ $d := (toDate "2006" "2021").Sub ((toDate "2006" "2021").AddDate 9000 0 0) }}{{ $d }}|{{ $d.Abs }}|{{ $d.Hours }}',
    '-2562047h47m16.854775808s|2562047h47m16.854775807s|-2.5620477880152157e+06',
  ],
  [
    '{{ $d := ((toDate "2006" "2021").AddDate 9000 0 0).Sub (toDate "2006" "2021") }}{{ $d }}|{{ $d.Abs }}|{{ $d.Round 3600000000000 }}|{{ $d.Truncate 3600000000000 }}',
    '2562047h47m16.854775807s|2562047h47m16.854775807s|2562047h47m16.854775807s|2562047h0m0s',
  ],
  [
    '{{ $d := (toDate "15:04:05.999" "10:20:30.567").Sub (toDate "15:04" "12:00") }}{{ $d }}|{{ $d.Abs }}|{{ $d.Round 1000000000 }}|{{ $d.Truncate 1000000000 }}|{{ $d.Round 60000000000 }}|{{ $d.Round 0 }}|{{ $d.Truncate -1 }}|{{ $d.Round 7000000000 }}|{{ $d.Microseconds }}|{{ $d.Milliseconds }}|{{ $d.Minutes }}|{{ $d.Seconds }}|{{ $d.Nanoseconds }}|{{ $d.Foo }}',
    'template: t:1:351: executing "t" at <$d.Foo>: can\'t evaluate field Foo in type time.Duration',
  ],
  [
    '{{ $d := (toDate "15:04:05.999" "10:20:30.567").Sub (toDate "15:04" "12:00") }}{{ $d.Round }}',
    'template: t:1:84: executing "t" at <$d.Round>: wrong number of args for Round: want 1 got 0',
  ],
  [
    '{{ $t := toDate "2006-01-02" "2021-03-14" }}{{ $t.YearDay }}|{{ $t.Weekday }}|{{ $t.Nanosecond }}|{{ $t.Compare $t }}|{{ $t.IsDST }}|{{ $t.Weekday.String }}|{{ $t.Month.String }}|{{ $t.Location.String }}|{{ $t.GoString }}',
    '73|Sunday|0|0|false|Sunday|March|UTC|time.Date(2021, time.March, 14, 0, 0, 0, 0, time.Local)',
  ],
  [
    '{{ $t := (toDate "2006" "2021") }}{{ $t.Add ($t.Sub $t) }}|{{ $t.Before $t }}|{{ $t.After $t }}|{{ $t.Equal $t }}',
    '2021-01-01 00:00:00 +0000 UTC|false|false|true',
  ],
  [
    '{{ $t := (toDate "2006" "2021") }}{{ $t.Before 1 }}',
    'template: t:1:47: executing "t" at <1>: can\'t handle 1 for arg of type time.Time',
  ],
  [
    '{{ $t := (toDate "2006" "2021") }}{{ $t.Sub nil }}',
    'template: t:1:44: executing "t" at <nil>: cannot assign nil to time.Time',
  ],
  [
    '{{ $t := (toDate "2006" "2021") }}{{ $t.In nil }}',
    'template: t:1:39: executing "t" at <$t.In>: error calling In: time: missing Location in call to Time.In',
  ],
  [
    '{{ $t := (toDate "2006" "2021") }}{{ $t.In "UTC" }}',
    'template: t:1:43: executing "t" at <"UTC">: can\'t handle "UTC" for arg of type *time.Location',
  ],
])('%s', (template, expected) => {
  expect(evaluate(template)).toBe(expected)
})
