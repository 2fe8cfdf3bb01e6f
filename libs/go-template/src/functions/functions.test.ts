import { expect, test } from 'vitest'
import { evaluate } from '../testing/evaluate.ts'

// What sprig v3.3.0 and Helm 3.22 give, and what they say.
test.each([
  ['{{ break }}', 'template: t:1: {{break}} outside {{range}}'],
  ['{{ with $x := 1 }}{{ $x }}{{ else with $y := 2 }}{{ $y }}{{ end }}', '1'],
  ['{{ with 0 }}a{{ else with 2 }}{{ . }}{{ else }}c{{ end }}', '2'],
  ['{{ 1_000 }}', '1000'],
  [
    '{{ .a.b.c.d }}',
    'template: t:1:5: executing "t" at <.a.b.c.d>: nil pointer evaluating interface {}.b',
  ],
  ['{{ nofunc 1 }}', 'template: t:1: function "nofunc" not defined'],
  ['{{ 1 | 2 }}', 'template: t:1: non executable command in pipeline stage 2'],
  ['{{ 1 2 }}', 'template: t:1:3: executing "t" at <1>: can\'t give argument to non-function 1'],
  [
    '{{ "a" "b" }}',
    'template: t:1:3: executing "t" at <"a">: can\'t give argument to non-function "a"',
  ],
  ['{{ nil }}', 'template: t:1:3: executing "t" at <nil>: nil is not a command'],
  ['{{ . nil }}', 'template: t:1:3: executing "t" at <.>: can\'t give argument to non-function .'],
  [
    '{{ true false }}',
    'template: t:1:3: executing "t" at <true>: can\'t give argument to non-function true',
  ],
  ['{{ (1).x }}', 'template: t:1:4: executing "t" at <1>: can\'t evaluate field x in type int'],
  [
    '{{ ("a").x }}',
    'template: t:1:4: executing "t" at <"a">: can\'t evaluate field x in type string',
  ],
  ['{{ len 1 }}', 'template: t:1:3: executing "t" at <len 1>: error calling len: len of type int'],
  [
    '{{ len nil }}',
    'template: t:1:3: executing "t" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value',
  ],
  [
    '{{ index nil 1 }}',
    'template: t:1:3: executing "t" at <index nil 1>: error calling index: index of untyped nil',
  ],
  [
    '{{ index 1 1 }}',
    'template: t:1:3: executing "t" at <index 1 1>: error calling index: can\'t index item of type int',
  ],
  [
    '{{ slice "abc" 1 9 }}',
    'template: t:1:3: executing "t" at <slice "abc" 1 9>: error calling slice: list should be type of slice or array but string',
  ],
  [
    '{{ slice "abc" 1 2 3 }}',
    'template: t:1:3: executing "t" at <slice "abc" 1 2 3>: error calling slice: list should be type of slice or array but string',
  ],
  [
    '{{ call 1 }}',
    'template: t:1:3: executing "t" at <call 1>: error calling call: non-function 1 of type int',
  ],
  [
    '{{ call nil }}',
    'template: t:1:3: executing "t" at <call nil>: error calling call: call of nil',
  ],
  [
    '{{ eq }}',
    'template: t:1:3: executing "t" at <eq>: wrong number of args for eq: want at least 1 got 0',
  ],
  [
    '{{ eq 1 }}',
    'template: t:1:3: executing "t" at <eq 1>: error calling eq: missing argument for comparison',
  ],
  [
    '{{ eq 1 "a" }}',
    'template: t:1:3: executing "t" at <eq 1 "a">: error calling eq: incompatible types for comparison: int and string',
  ],
  [
    '{{ lt 1 "a" }}',
    'template: t:1:3: executing "t" at <lt 1 "a">: error calling lt: incompatible types for comparison: int and string',
  ],
  [
    '{{ lt true false }}',
    'template: t:1:3: executing "t" at <lt true false>: error calling lt: invalid type for comparison',
  ],
  [
    '{{ and }}',
    'template: t:1:3: executing "t" at <and>: wrong number of args for and: want at least 1 got 0',
  ],
  [
    '{{ or }}',
    'template: t:1:3: executing "t" at <or>: wrong number of args for or: want at least 1 got 0',
  ],
  [
    '{{ not }}',
    'template: t:1:3: executing "t" at <not>: wrong number of args for not: want 1 got 0',
  ],
  [
    '{{ not 1 2 }}',
    'template: t:1:3: executing "t" at <not>: wrong number of args for not: want 1 got 2',
  ],
  ['{{ html }}', ''],
  ['{{ urlquery "a b" 1 nil }}', 'a+b1%3Cno+value%3E'],
  ['{{ js "<\'\\"=&>" }}', '\\u003C\\\'\\"\\u003D\\u0026\\u003E'],
  ['{{ atoi "x" }}', '0'],
  ['{{ b64dec "%%" }}', 'illegal base64 data at input byte 0'],
  ['{{ b32dec "1" }}', 'illegal base32 data at input byte 0'],
  ['{{ toDate "2006" "x" | date "2006" }}', '0001'],
  [
    '{{ mustToDate "2006" "x" }}',
    'template: t:1:3: executing "t" at <mustToDate "2006" "x">: error calling mustToDate: parsing time "x" as "2006": cannot parse "x" as "2006"',
  ],
  [
    '{{ mustFromJson "{" }}',
    'template: t:1:3: executing "t" at <mustFromJson "{">: error calling mustFromJson: unexpected end of JSON input',
  ],
  [
    '{{ mustRegexMatch "[" "a" }}',
    'template: t:1:3: executing "t" at <mustRegexMatch "[" "a">: error calling mustRegexMatch: error parsing regexp: missing closing ]: `[`',
  ],
  [
    '{{ mustRegexFindAll "(" "a" 1 }}',
    'template: t:1:3: executing "t" at <mustRegexFindAll "(" "a" 1>: error calling mustRegexFindAll: error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ mustRegexReplaceAll "(" "a" "b" }}',
    'template: t:1:3: executing "t" at <mustRegexReplaceAll "(" "a" "b">: error calling mustRegexReplaceAll: error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ mustRegexSplit "(" "a" 1 }}',
    'template: t:1:3: executing "t" at <mustRegexSplit "(" "a" 1>: error calling mustRegexSplit: error parsing regexp: missing closing ): `(`',
  ],
  [
    String.raw`{{ mustRegexMatch "a\xffb" "a" }}`,
    String.raw`template: t:1:3: executing "t" at <mustRegexMatch "a\xffb" "a">: error calling mustRegexMatch: error parsing regexp: invalid UTF-8: ` +
      '`\u{fffd}b`',
  ],
  ['{{ regexMatch "(" "a" }}', 'false'],
  [
    '{{ regexFind "(" "a" }}',
    'template: t:1:3: executing "t" at <regexFind "(" "a">: error calling regexFind: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ regexFindAll "(" "a" 1 }}',
    'template: t:1:3: executing "t" at <regexFindAll "(" "a" 1>: error calling regexFindAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ regexReplaceAll "(" "a" "b" }}',
    'template: t:1:3: executing "t" at <regexReplaceAll "(" "a" "b">: error calling regexReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ regexReplaceAllLiteral "(" "a" "b" }}',
    'template: t:1:3: executing "t" at <regexReplaceAllLiteral "(" "a" "b">: error calling regexReplaceAllLiteral: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ regexSplit "(" "a" 1 }}',
    'template: t:1:3: executing "t" at <regexSplit "(" "a" 1>: error calling regexSplit: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  ],
  [
    '{{ semver "x" }}',
    'template: t:1:3: executing "t" at <semver "x">: error calling semver: invalid semantic version',
  ],
  ['{{ semverCompare "x" "1" }}', 'true'],
  [
    '{{ semverCompare "1" "x" }}',
    'template: t:1:3: executing "t" at <semverCompare "1" "x">: error calling semverCompare: invalid semantic version',
  ],
  [
    '{{ dig "a" }}',
    'template: t:1:3: executing "t" at <dig "a">: error calling dig: dig needs at least three arguments',
  ],
  [
    '{{ dig "a" "b" "d" 1 }}',
    'template: t:1:3: executing "t" at <dig "a" "b" "d" 1>: error calling dig: interface conversion: interface {} is int, not map[string]interface {}',
  ],
  [
    '{{ first nil }}',
    'template: t:1:3: executing "t" at <first nil>: error calling first: runtime error: invalid memory address or nil pointer dereference',
  ],
  [
    '{{ first 1 }}',
    'template: t:1:3: executing "t" at <first 1>: error calling first: Cannot find first on type int',
  ],
  [
    '{{ mustFirst 1 }}',
    'template: t:1:3: executing "t" at <mustFirst 1>: error calling mustFirst: Cannot find first on type int',
  ],
  [
    '{{ last "a" }}',
    'template: t:1:3: executing "t" at <last "a">: error calling last: Cannot find last on type string',
  ],
  [
    '{{ rest 1 }}',
    'template: t:1:3: executing "t" at <rest 1>: error calling rest: Cannot find rest on type int',
  ],
  [
    '{{ initial 1 }}',
    'template: t:1:3: executing "t" at <initial 1>: error calling initial: Cannot find initial on type int',
  ],
  [
    '{{ append 1 2 }}',
    'template: t:1:3: executing "t" at <append 1 2>: error calling append: Cannot push on type int',
  ],
  [
    '{{ mustAppend 1 2 }}',
    'template: t:1:3: executing "t" at <mustAppend 1 2>: error calling mustAppend: Cannot push on type int',
  ],
  [
    '{{ prepend nil 1 }}',
    'template: t:1:3: executing "t" at <prepend nil 1>: error calling prepend: runtime error: invalid memory address or nil pointer dereference',
  ],
  [
    '{{ concat 1 }}',
    'template: t:1:3: executing "t" at <concat 1>: error calling concat: Cannot concat type int as list',
  ],
  [
    '{{ uniq 1 }}',
    'template: t:1:3: executing "t" at <uniq 1>: error calling uniq: Cannot find uniq on type int',
  ],
  [
    '{{ without 1 2 }}',
    'template: t:1:3: executing "t" at <without 1 2>: error calling without: Cannot find without on type int',
  ],
  [
    '{{ has 1 2 }}',
    'template: t:1:3: executing "t" at <has 1 2>: error calling has: Cannot find has on type int',
  ],
  ['{{ has 1 nil }}', 'false'],
  [
    '{{ compact 1 }}',
    'template: t:1:3: executing "t" at <compact 1>: error calling compact: Cannot compact on type int',
  ],
  [
    '{{ reverse 1 }}',
    'template: t:1:3: executing "t" at <reverse 1>: error calling reverse: Cannot find reverse on type int',
  ],
  ['{{ dict "a" }}', 'map[a:]'],
  ['{{ dict 1 2 }}', 'map[1:2]'],
  [
    '{{ set 1 2 3 }}',
    'template: t:1:7: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ unset 1 "a" }}',
    'template: t:1:9: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ hasKey 1 "a" }}',
    'template: t:1:10: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ pluck "a" 1 }}',
    'template: t:1:13: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ keys 1 }}',
    'template: t:1:8: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ merge 1 2 }}',
    'template: t:1:9: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ merge dict 1 }}',
    'template: t:1:14: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ mustMerge dict dict 1 }}',
    'template: t:1:23: executing "t" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  ['{{ mergeOverwrite dict nil }}', 'map[]'],
  ['{{ ternary 1 2 3 }}', 'template: t:1:15: executing "t" at <3>: expected bool; found 3'],
  ['{{ until -3 }}', '[0 -1 -2]'],
  ['{{ untilStep 1 10 0 }}', '[]'],
  ['{{ untilStep 1 -10 -3 }}', '[1 -2 -5 -8]'],
  ['{{ seq 1 2 3 4 }}', ''],
  ['{{ seq }}', ''],
  [
    '{{ seq 5 }}|{{ seq 2 5 }}|{{ seq 5 2 }}|{{ seq 1 2 9 }}|{{ seq 9 -3 1 }}|{{ seq 1 0 5 }}',
    '1 2 3 4 5|2 3 4 5|5 4 3 2|1 3 5 7 9|9 6 3|',
  ],
  ['{{ substr 1 9 "abc" }}', 'bc'],
  [
    '{{ substr -1 2 "abc" }}|{{ substr 1 -1 "abc" }}|{{ substr 2 1 "abc" }}',
    'template: t:1:51: executing "t" at <substr 2 1 "abc">: error calling substr: runtime error: slice bounds out of range [2:1]',
  ],
  ['{{ trunc -2 "abc" }}|{{ trunc 9 "abc" }}', 'bc|abc'],
  [
    '{{ abbrev 3 "abcdef" }}|{{ abbrev 4 "abcdef" }}|{{ abbrevboth 5 10 "1234 5678 9123" }}',
    'abcdef|a...|...5678...',
  ],
  [
    '{{ repeat -1 "a" }}',
    'template: t:1:3: executing "t" at <repeat -1 "a">: error calling repeat: strings: negative Repeat count',
  ],
  [
    '{{ wrap 0 "a b c" }}|{{ wrap -1 "a b" }}|{{ wrapWith 2 "/" "abcdef" }}',
    'a\nb\nc|a\nb|ab/cd/ef',
  ],
  [
    '{{ nindent -1 "a" }}',
    'template: t:1:3: executing "t" at <nindent -1 "a">: error calling nindent: strings: negative Repeat count',
  ],
  [
    '{{ indent -1 "a" }}',
    'template: t:1:3: executing "t" at <indent -1 "a">: error calling indent: strings: negative Repeat count',
  ],
  [
    '{{ div 1 0 }}',
    'template: t:1:3: executing "t" at <div 1 0>: error calling div: runtime error: integer divide by zero',
  ],
  [
    '{{ mod 1 0 }}',
    'template: t:1:3: executing "t" at <mod 1 0>: error calling mod: runtime error: integer divide by zero',
  ],
  [
    '{{ divf 1 0 }}',
    'template: t:1:3: executing "t" at <divf 1 0>: error calling divf: decimal division by 0',
  ],
  [
    '{{ add "a" 1 }}|{{ add1 "x" }}|{{ max }}',
    'template: t:1:34: executing "t" at <max>: wrong number of args for max: want at least 1 got 0',
  ],
  [
    '{{ max }}',
    'template: t:1:3: executing "t" at <max>: wrong number of args for max: want at least 1 got 0',
  ],
  [
    '{{ round 1.5 }}',
    'template: t:1:3: executing "t" at <round>: wrong number of args for round: want at least 2 got 1',
  ],
  [
    '{{ round "x" 1 }}|{{ round 123.5555 3 }}|{{ round 123.5555 -1 }}|{{ round 2.5 0 0.6 }}',
    '0|123.556|120|2',
  ],
  ['{{ sortAlpha 1 }}', '[1]'],
  ['{{ sortAlpha (list 3 "a" nil true) }}', '[3 a true]'],
  ['{{ join "," 1 }}|{{ join "," nil }}|{{ join "," (list 1 nil "a") }}', '1||1,a'],
  [
    '{{ splitn "," -1 "a,b" }}|{{ splitn "," 0 "a,b" }}|{{ splitn "," 2 "a,b,c" }}',
    'map[_0:a _1:b]|map[]|map[_0:a _1:b,c]',
  ],
  [
    '{{ urlParse "%" }}',
    'template: t:1:3: executing "t" at <urlParse "%">: error calling urlParse: unable to parse url: parse "%": invalid URL escape "%"',
  ],
  [
    '{{ urlParse "http://[" }}',
    'template: t:1:3: executing "t" at <urlParse "http://[">: error calling urlParse: unable to parse url: parse "http://[": missing \']\' in host',
  ],
  [
    '{{ urlJoin (dict "host" 1) }}',
    'template: t:1:3: executing "t" at <urlJoin (dict "host" 1)>: error calling urlJoin: unable to parse host key, must be of type string, but int found',
  ],
  [
    '{{ urlJoin (dict "scheme" "http" "host" "h" "path" "/p" "query" "q" "fragment" "f" "userinfo" "u:p" "opaque" "o") }}',
    'http:o?q#f',
  ],
  [
    '{{ fromYaml "a: [" }}',
    'map[Error:error converting YAML to JSON: yaml: line 1: did not find expected node content]',
  ],
  [
    '{{ fromYamlArray "a: 1" }}',
    '[error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type []interface {}]',
  ],
  [
    '{{ fromJsonArray "{}" }}',
    '[json: cannot unmarshal object into Go value of type []interface {}]',
  ],
  ['{{ fromJson "[" }}', 'map[Error:unexpected end of JSON input]'],
  ['{{ fromToml "=" }}', "map[Error:toml: line 1: unexpected '=': key name appears blank]"],
  ['{{ toYaml (dict "a" nil) }}', 'a: null'],
  ['{{ kindOf nil }}|{{ typeOf nil }}|{{ kindIs "invalid" nil }}', 'invalid|<nil>|true'],
  [
    '{{ duration "x" }}|{{ duration 90 }}|{{ duration "90" }}|{{ duration 1.5 }}|{{ durationRound "2h10m5s" }}|{{ durationRound 1 }}|{{ durationRound "x" }}',
    '0s|0s|1m30s|0s|2h|0s|0s',
  ],
  ['{{ dateInZone "2006" (toDate "2006" "2020") "X" }}', '2020'],
  ['{{ htmlDateInZone (toDate "2006" "2020") "X" }}', '2020-01-01'],
  [
    '{{ unixEpoch 1 }}',
    'template: t:1:13: executing "t" at <1>: can\'t handle 1 for arg of type time.Time',
  ],
  ['{{ unixEpoch (toDate "2006" "2020") }}', '1577836800'],
  ['{{ dateModify "-1h" (toDate "2006" "2020") }}', '2019-12-31 23:00:00 +0000 UTC'],
  ['{{ env "a" }}', 'template: t:1: function "env" not defined'],
  ['{{ splitList 1 2 }}', 'template: t:1:13: executing "t" at <1>: expected string; found 1'],
  [
    '{{ trimAll "a" }}',
    'template: t:1:3: executing "t" at <trimAll>: wrong number of args for trimAll: want 2 got 1',
  ],
  [
    '{{ shuffle }}',
    'template: t:1:3: executing "t" at <shuffle>: wrong number of args for shuffle: want 1 got 0',
  ],
  [
    '{{ plural "a" "b" "c" }}',
    'template: t:1:18: executing "t" at <"c">: expected integer; found "c"',
  ],
  ['{{ quote }}|{{ quote nil }}|{{ quote nil 1 }}|{{ squote nil "a" }}', '||"1"|\'a\''],
  ['{{ cat nil 1 "a" }}', '1 a'],
  ['{{ coalesce }}|{{ coalesce nil 0 "" "a" }}', '|a'],
  ['{{ all }}|{{ any }}|{{ all 1 0 }}|{{ any 0 nil }}', 'true|false|false|false'],
  [
    '{{ empty }}',
    'template: t:1:3: executing "t" at <empty>: wrong number of args for empty: want 1 got 0',
  ],
  [
    '{{ default }}',
    'template: t:1:3: executing "t" at <default>: wrong number of args for default: want at least 1 got 0',
  ],
  ['{{ default 1 }}', '1'],
  [
    '{{ deepCopy nil }}',
    'template: t:1:3: executing "t" at <deepCopy nil>: error calling deepCopy: reflect: call of reflect.Value.Type on zero Value',
  ],
  [
    '{{ mustDeepCopy nil }}',
    'template: t:1:3: executing "t" at <mustDeepCopy nil>: error calling mustDeepCopy: reflect: call of reflect.Value.Type on zero Value',
  ],
  [
    '{{ deepEqual 1 }}',
    'template: t:1:3: executing "t" at <deepEqual>: wrong number of args for deepEqual: want 2 got 1',
  ],
  ['{{ toDecimal "0777" }}|{{ toDecimal 777 }}|{{ toDecimal "9" }}', '511|511|0'],
  [
    '{{ int "0x10" }}|{{ int "010" }}|{{ int "1.9" }}|{{ int 1.9 }}|{{ int64 "1e3" }}|{{ float64 "1e3" }}|{{ int true }}|{{ int nil }}',
    '16|8|0|1|0|1000|1|0',
  ],
  ['{{ ceil 1.2 }}|{{ floor "1.8" }}|{{ ceil nil }}', '2|1|0'],
  [
    '{{ osBase "a/b" }}|{{ osDir "a/b" }}|{{ osExt "a.b" }}|{{ osClean "a/../b" }}|{{ osIsAbs "/a" }}',
    'b|a|.b|b|true',
  ],
  ['{{ regexQuoteMeta "a.b*c" }}', 'a\\.b\\*c'],
  [
    '{{ adler32sum "a" }}|{{ sha512sum "a" }}',
    '6422626|1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75',
  ],
  [
    '{{ fromYaml "\\xffa" }}',
    'map[Error:error converting YAML to JSON: yaml: invalid leading UTF-8 octet]',
  ],
  [
    '{{ fromYaml "\\xc3" }}',
    'map[Error:error converting YAML to JSON: yaml: incomplete UTF-8 octet sequence]',
  ],
  [
    '{{ fromYaml "a: \\xc3(" }}',
    'map[Error:error converting YAML to JSON: yaml: invalid trailing UTF-8 octet]',
  ],
  [
    '{{ fromYaml "a: \\xc0\\x80" }}',
    'map[Error:error converting YAML to JSON: yaml: invalid length of a UTF-8 sequence]',
  ],
  [
    '{{ fromYaml "a: \\xed\\xa0\\x80" }}',
    'map[Error:error converting YAML to JSON: yaml: invalid Unicode character]',
  ],
  [
    '{{ fromYaml "a: \\x01 \\xff" }}',
    'map[Error:error converting YAML to JSON: yaml: control characters are not allowed]',
  ],
  [
    '{{ fromYamlArray "- \\x80" }}',
    '[error converting YAML to JSON: yaml: invalid leading UTF-8 octet]',
  ],
  ['{{ fromYaml "a: \\ufffd" }}', 'map[a:\ufffd]'],
  [
    '{{ $d := deepCopy (dict "a" (semver "1.2.3-a+b")) }}{{ $d.a.Original }}|{{ $d.a.Minor }}|{{ toJson $d }}|{{ typeOf $d.a }}',
    '|0|{"a":"0.0.0"}|*semver.Version',
  ],
  [
    '{{ $d := deepCopy (toDate "2006 -0700" "2020 +0130").Location }}{{ $d }}|{{ (toDate "2006" "2020").In $d }}',
    '|2020-01-01 00:00:00 +0000 UTC',
  ],
  ['{{ mergeOverwrite (dict "a" 1) (dict "a" (semver "1.2.3")) }}', 'map[a:1.2.3]'],
  ['{{ merge (dict "a" (semver "2.0.0")) (dict "a" (semver "1.2.3")) }}', 'map[a:2.0.0]'],
  ['{{ merge (dict "a" (toDate "2006-01-02" "2024-06-02").Weekday) (dict "a" 7) }}', 'map[a:7]'],
  [
    '{{ $a := (semver "1.2.3").IncMajor }}{{ $b := (semver "1.5").IncMajor }}{{ eq $a $b }}|{{ eq $a (semver "1.2").IncMinor }}|{{ eq (semver "1.2.3") (semver "1.2.3") }}',
    'true|false|false',
  ],
  ['{{ eq (toDate "2006" "2020").Location (toDate "2006" "2021").Location }}', 'true'],
  [
    '{{ deepEqual (semver "1.2.3") (semver "1.2.3") }}|{{ deepEqual (semver "1.2.3").IncMinor (semver "1.2.3").IncMinor }}|{{ deepEqual (semver "1.2.3") (semver "v1.2.3") }}',
    'true|true|false',
  ],
  [
    '{{ deepEqual (toDate "2006" "2020") (toDate "2006" "2020") }}|{{ deepEqual (toDate "2006" "2020") (toDate "2006" "2020").UTC }}|{{ deepEqual (toDate "2006 -0700" "2020 +0130") (toDate "2006 -0700" "2020 +0130") }}',
    'true|false|true',
  ],
  [
    '{{ slice (mustRegexFindAll "[a-c]" "abc" -1) 0 5 | toJson }}|{{ slice (append (list 1 2) 3) 0 4 | toJson }}',
    '["a","b","c","",""]|[1,2,3,null]',
  ],
  ['{{ kindOf (randInt 1 -9223372036854775808) }}', 'int'],
  [
    '{{ randInt 2 1 }}',
    'template: t:1:3: executing "t" at <randInt 2 1>: error calling randInt: invalid argument to Intn',
  ],
])('%s', (template, expected) => {
  expect(evaluate(template)).toBe(expected)
})
