import { expect, test } from 'vitest'
import { evaluate } from '../testing/evaluate.ts'

// What BurntSushi/toml v1.6.0 reads, writes and says.
test.each([
  [
    '{{ fromToml "a = 2024-01-02\\nb = 2024-01-02T03:04:05.5\\nc = 03:04:05\\nd = 2024-01-02T03:04:05Z\\ne = 2024-01-02T03:04:05+01:00" | toToml }}',
    'a = 2024-01-02\nb = 2024-01-02T03:04:05.5\nc = 03:04:05\nd = 2024-01-02T03:04:05Z\ne = 2024-01-02T03:04:05+01:00\n',
  ],
  [
    '{{ fromToml "a = 2024-01-02\\nb = 2024-01-02T03:04:05.5\\nc = 03:04:05\\nd = 2024-01-02T03:04:05Z\\ne = 2024-01-02T03:04:05+01:00" | toYaml }}',
    'a: "2024-01-02T00:00:00Z"\nb: "2024-01-02T03:04:05.5Z"\nc: "0000-01-01T03:04:05Z"\nd: "2024-01-02T03:04:05Z"\ne: "2024-01-02T03:04:05+01:00"',
  ],
  [
    '{{ fromToml "a = 2024-01-02\\nb = 2024-01-02T03:04:05.5\\nc = 03:04:05\\nd = 2024-01-02T03:04:05Z\\ne = 2024-01-02T03:04:05+01:00" }}',
    'map[a:2024-01-02 00:00:00 +0000 date-local b:2024-01-02 03:04:05.5 +0000 datetime-local c:0000-01-01 03:04:05 +0000 time-local d:2024-01-02 03:04:05 +0000 UTC e:2024-01-02 03:04:05 +0100 +0100]',
  ],
  ['{{ fromToml "a = \\"\\"\\"\\\\\\n   x \\\\\\\\ \\\\\\n y\\"\\"\\"" }}', 'map[a:x \\ y]'],
  ['{{ fromToml "a = \\"\\"\\"x\\"\\"\\"\\"\\"" }}', 'map[a:x""]'],
  [
    '{{ fromToml "a = \\"\\"\\"x\\"\\"\\"\\"\\"\\"\\"" }}',
    'map[Error:toml: line 1 (last key "a"): unexpected \'""""""\']',
  ],
  ["{{ fromToml \"a = '''x'''''\" }}", "map[a:x'']"],
  [
    "{{ fromToml \"a = '''x''''''\" }}",
    "map[Error:toml: line 1 (last key \"a\"): unexpected \"''''''\"]",
  ],
  [
    '{{ fromToml "a = \\"\\"\\"x\\\\q\\"\\"\\"" }}',
    'map[Error:toml: line 1 (last key "a"): invalid escape in string \'\\q\']',
  ],
  [
    '{{ fromToml "a = \\"x" }}',
    'map[Error:toml: line 1 (last key "a"): unexpected EOF; expected \'"\']',
  ],
  [
    '{{ fromToml "a = \\"x\\ny\\"" }}',
    'map[Error:toml: line 1 (last key "a"): strings cannot contain newlines]',
  ],
  [
    '{{ fromToml "\\n\\na = [1,\\n2,\\n\\"x\\ny\\"]" }}',
    'map[Error:toml: line 5 (last key "a"): strings cannot contain newlines]',
  ],
  ['{{ fromToml "a = [1,,2]" }}', 'map[Error:toml: line 1 (last key "a"): unexpected comma]'],
  [
    '{{ fromToml "a = {b = 1, b = 2}" }}',
    'map[Error:toml: line 1 (last key "a.b"): Key \'a.b\' has already been defined.]',
  ],
  ['{{ fromToml "a = {b.c = 1, b.d = 2}\\na.e = 3" }}', 'map[a:map[b:map[c:1 d:2] e:3]]'],
  [
    '{{ fromToml "a = [{b=1},{b=2}]\\n[[a]]" }}',
    "map[Error:toml: line 2: Key 'a' was already created and cannot be used as an array.]",
  ],
  [
    '{{ fromToml "a.b.c = 1\\na.b.d = 2\\na.b.e = 3\\n[a.b]\\nx = 1" }}',
    'map[Error:toml: line 4 (last key "a"): Key \'a.b\' has already been defined.]',
  ],
  [
    '{{ fromToml "[a.b.c]\\nx=1\\n[a]\\ny=2\\n[a.b]\\nz=3\\n[a]" }}',
    "map[Error:toml: line 7: Key 'a' has already been defined.]",
  ],
  [
    '{{ fromToml "[[a.b]]\\nx=1\\n[[a.b]]\\nx=2\\n[a.b.c]\\ny=1" }}',
    'map[a:map[b:[map[x:1] map[c:map[y:1] x:2]]]]',
  ],
  [
    '{{ fromToml "[fruit]\\napple.color = 1\\napple.taste.sweet = true\\n[fruit.apple]" }}',
    'map[Error:toml: line 4 (last key "fruit"): Key \'fruit.apple\' has already been defined.]',
  ],
  ['{{ fromToml "\\"\\" = 1" }}', 'map[:1]'],
  [
    '{{ fromToml "\'a b\'.\\"c\\\\td\\" = 1\\n[ x . \'y\' ]\\nz = 1" }}',
    'map[a b:map[c\td:1] x:map[y:map[z:1]]]',
  ],
  ['{{ fromToml "a = \\"\\\\u00e9\\\\U0001F600\\\\x41\\\\e\\"" }}', 'map[a:é😀A\u001b]'],
  [
    '{{ fromToml "a = \\"\\\\ud800\\"" }}',
    'map[Error:toml: line 1 (last key "a"): Escaped character \'\\ud800\' is not valid UTF-8.]',
  ],
  [
    '{{ fromToml "a = 1 # c\\u0001" }}',
    "map[Error:toml: line 1: TOML files cannot contain control characters: '0x01']",
  ],
  [
    '{{ fromToml "a = \\"\\u007f\\"" }}',
    'map[Error:toml: line 1 (last key "a"): TOML files cannot contain control characters: \'0x7f\']',
  ],
  [
    '{{ fromToml "\\u0000" }}',
    'map[Error:toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8]',
  ],
  [
    '{{ fromToml "a = +_1" }}',
    'map[Error:toml: line 1 (last key "a"): expected a digit but got \'_\']',
  ],
  [
    '{{ fromToml "a = 0b2" }}',
    'map[Error:toml: line 1 (last key "a"): not a binary number: \'0b2\']',
  ],
  [
    '{{ fromToml "a = +0x1" }}',
    'map[Error:toml: line 1 (last key "a"): cannot use sign with non-decimal numbers: \'+0x\']',
  ],
  ['{{ fromToml "a = -inf\\nb = +nan\\nc = nan\\nd = inf" }}', 'map[a:-Inf b:NaN c:NaN d:+Inf]'],
  [
    '{{ fromToml "a = +x" }}',
    'map[Error:toml: line 1 (last key "a"): expected a digit but got \'x\']',
  ],
  ['{{ fromToml "a = -in" }}', 'map[Error:toml: line 1 (last key "a"): invalid float: \'-in\']'],
  [
    '{{ fromToml "a = ix" }}',
    'map[Error:toml: line 1 (last key "a"): expected value but found "ix" instead]',
  ],
  [
    '{{ fromToml "a = 1e_5" }}',
    'map[Error:toml: line 1 (last key "a"): Invalid float "1e_5": underscores must be surrounded by digits]',
  ],
  [
    '{{ fromToml "a = 1979-5-27" }}',
    'map[Error:toml: line 1 (last key "a"): invalid datetime: "1979-5-27"]',
  ],
  ['{{ fromToml "a = 1979-05-27 07:32" }}', 'map[a:1979-05-27 07:32:00 +0000 datetime-local]'],
  ['{{ fromToml "a = {\\n# c\\nb = 1,\\n\\n}" }}', 'map[a:map[b:1]]'],
  ['{{ fromToml "a = [ # c\\n1, # d\\n]" }}', 'map[a:[1]]'],
  [
    '{{ fromToml "[a]\\nb=1\\n[a.b]\\n" }}',
    'map[Error:toml: line 3 (last key "a"): Key \'a.b\' has already been defined.]',
  ],
  [
    '{{ fromToml "[a]\\nb={}\\n[a.b]\\n" }}',
    'map[Error:toml: line 3 (last key "a"): Key \'a.b\' has already been defined.]',
  ],
  [
    '{{ fromToml "[a]\\nb=[]\\n[a.b]\\n" }}',
    'map[Error:toml: line 3 (last key "a"): Key \'a.b\' has already been defined.]',
  ],
  [
    '{{ fromToml "[[a]]\\nb=1\\n[a]" }}',
    "map[Error:toml: line 3: Key 'a' has already been defined.]",
  ],
  [
    '{{ fromToml "a=1\\na.b=2" }}',
    'map[Error:toml: line 2 (last key "a.b"): Key \'a\' has already been defined.]',
  ],
  [
    '{{ fromToml "a=[1]\\na=[2]" }}',
    'map[Error:toml: line 2 (last key "a"): Key \'a\' has already been defined.]',
  ],
  [
    '{{ fromToml "a.b=[1]\\na.b=[2]" }}',
    'map[Error:toml: line 2 (last key "a.b"): Key \'a.b\' has already been defined.]',
  ],
  [
    '{{ fromToml "d = 202 2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "d = 2024-01-02 x" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'x' instead]",
  ],
  [
    '{{ fromToml "d = 2024-01-02 03:04:05 x" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'x' instead]",
  ],
  [
    '{{ fromToml "d = 2024-01-02T03:04:05Z x" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'x' instead]",
  ],
  ['{{ fromToml "d = 2024-01-02T03:04:05" }}', 'map[d:2024-01-02 03:04:05 +0000 datetime-local]'],
  ['{{ fromToml "d = 03:04:05" }}', 'map[d:0000-01-01 03:04:05 +0000 time-local]'],
  ['{{ fromToml "d = 03:04" }}', 'map[d:0000-01-01 03:04:00 +0000 time-local]'],
  [
    '{{ fromToml "d = 2024-13-02" }}',
    'map[Error:toml: line 1 (last key "d"): invalid datetime: "2024-13-02"]',
  ],
  [
    '{{ fromToml "d = 202-01-02" }}',
    'map[Error:toml: line 1 (last key "d"): invalid datetime: "202-01-02"]',
  ],
  [
    '{{ fromToml "d = 1.5 2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "d = \'a\' b" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead]",
  ],
  [
    '{{ fromToml "d = \\"a\\" b" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead]",
  ],
  [
    '{{ fromToml "d = [1] 2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "d = {a=1} 2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "d = true 2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "d = true2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "d = 1x" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'x' instead]",
  ],
  [
    '{{ fromToml "d = 0x1g" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'g' instead]",
  ],
  [
    '{{ fromToml "d = 2024-01-02x" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'x' instead]",
  ],
  [
    '{{ fromToml "d = inf2" }}',
    "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got '2' instead]",
  ],
  [
    '{{ fromToml "[a] b" }}',
    'map[Error:toml: line 1 (last key "a"): expected a top-level item to end with a newline, comment, or EOF, but got \'b\' instead]',
  ],
  [
    '{{ fromToml "[a]\\nb = 2 3" }}',
    'map[Error:toml: line 2 (last key "a"): expected a top-level item to end with a newline, comment, or EOF, but got \'3\' instead]',
  ],
  [
    '{{ fromToml "[a]\\nb = [1, 2\\n" }}',
    "map[Error:toml: line 2 (last key \"a.b\"): expected a comma (',') or array terminator (']'), but got end of file]",
  ],
  ['{{ fromToml "a = {b = 1, }" }}', 'map[a:map[b:1]]'],
  ['{{ fromToml "a = {b = 1\\n}" }}', 'map[a:map[b:1]]'],
  ['{{ fromToml "a = 1 # c\\n#d\\nb=2" }}', 'map[a:1 b:2]'],
  ['{{ fromToml "a = 1\\r\\nb = 2" }}', 'map[a:1 b:2]'],
  [
    '{{ fromToml "a = 1\\rb = 2" }}',
    'map[Error:toml: line 1 (last key "a"): TOML files cannot contain control characters: \'0x0d\']',
  ],
  ['{{ fromToml "a.b = 1\\na = 2" }}', 'map[a:map[b:1]]'],
  [
    '{{ fromToml "a = 1\\n[a]\\nb=2" }}',
    "map[Error:toml: line 2: Key 'a' has already been defined.]",
  ],
  ['{{ fromToml "[[a]]\\n[a]\\n" }}', "map[Error:toml: line 2: Key 'a' has already been defined.]"],
  [
    '{{ fromToml "[a]\\n[[a]]\\n" }}',
    "map[Error:toml: line 2: Key 'a' was already created and cannot be used as an array.]",
  ],
  [
    '{{ fromToml "a = []\\n[[a]]" }}',
    "map[Error:toml: line 2: Key 'a' was already created and cannot be used as an array.]",
  ],
  ['{{ fromToml "=1" }}', "map[Error:toml: line 1: unexpected '=': key name appears blank]"],
  ['{{ fromToml "a" }}', "map[Error:toml: line 1: unexpected EOF; expected key separator '=']"],
  [
    '{{ fromToml "a =" }}',
    'map[Error:toml: line 1 (last key "a"): unexpected EOF; expected value]',
  ],
  [
    '{{ fromToml "a = \\n" }}',
    'map[Error:toml: line 1 (last key "a"): expected value but found \'\\n\' instead]',
  ],
  ['{{ fromToml "\\"a\\nb\\" = 1" }}', 'map[Error:toml: line 1: strings cannot contain newlines]'],
  ['{{ fromToml "a b = 1" }}', "map[Error:toml: line 1: expected '.' or '=', but got 'b' instead]"],
  ['{{ fromToml "é = 1" }}', "map[Error:toml: line 1: expected '.' or '=', but got 'é' instead]"],
  ['{{ fromToml "a. = 1" }}', "map[Error:toml: line 1: unexpected '=']"],
  [
    '{{ fromToml ".a = 1" }}',
    "map[Error:toml: line 1: unexpected '.': keys cannot start with a '.']",
  ],
  [
    '{{ fromToml "[a.]" }}',
    'map[Error:toml: line 1: unexpected end of table name (table names cannot be empty)]',
  ],
  [
    '{{ fromToml "[.a]" }}',
    'map[Error:toml: line 1: unexpected table separator (table names cannot be empty)]',
  ],
  [
    '{{ fromToml "[]" }}',
    'map[Error:toml: line 1: unexpected end of table name (table names cannot be empty)]',
  ],
  [
    '{{ fromToml "[a" }}',
    "map[Error:toml: line 1: expected '.' or ']' to end table name, but got '\\x00' instead]",
  ],
  [
    '{{ fromToml "[[a]" }}',
    "map[Error:toml: line 1: expected end of table array name delimiter ']', but got '\\x00' instead]",
  ],
  [
    "{{ fromToml \"a = '''x\" }}",
    'map[Error:toml: line 1 (last key "a"): unexpected EOF; expected "\'\'\'"]',
  ],
  [
    '{{ fromToml "a = \\"\\\\q\\"" }}',
    'map[Error:toml: line 1 (last key "a"): invalid escape in string \'\\q\']',
  ],
  [
    '{{ fromToml "a = \\"\\\\u12\\"" }}',
    'map[Error:toml: line 1 (last key "a"): expected four hexadecimal digits after \'\\u\', but got "\\\\u12\\"" instead]',
  ],
  [
    '{{ fromToml "a = 1_" }}',
    'map[Error:toml: line 1 (last key "a"): Invalid integer "1_": underscores must be surrounded by digits]',
  ],
  [
    '{{ fromToml "a = 1__0" }}',
    'map[Error:toml: line 1 (last key "a"): Invalid integer "1__0": underscores must be surrounded by digits]',
  ],
  [
    '{{ fromToml "a = 01" }}',
    'map[Error:toml: line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes]',
  ],
  [
    '{{ fromToml "a = +1\\nb = -1\\nc = +1.0\\nd = 1e5\\ne = 1.e5" }}',
    'map[Error:toml: line 5 (last key "e"): Invalid float "1.e5": \'.\' must be followed by one or more digits]',
  ],
  [
    '{{ fromToml "a = .5" }}',
    'map[Error:toml: line 1 (last key "a"): floats must start with a digit, not \'.\']',
  ],
  [
    '{{ fromToml "a = 5." }}',
    'map[Error:toml: line 1 (last key "a"): Invalid float "5.": \'.\' must be followed by one or more digits]',
  ],
  [
    '{{ fromToml "a = 9223372036854775808" }}',
    'map[Error:toml: line 1 (last key "a"): 9223372036854775808 is out of range for int64]',
  ],
  [
    '{{ fromToml "a = 1e999" }}',
    'map[Error:toml: line 1 (last key "a"): 1e999 is out of range for float64]',
  ],
  ['{{ fromToml "a = [1, \'a\', {b = 2}]" | toJson }}', '{"a":[1,"a",{"b":2}]}'],
  [
    '{{ $d := (toDate "2006-01-02" "2024-02-29").Sub (toDate "2006-01-02" "2024-02-27") }}{{ printf "%d %v %s %t %#v %T" $d $d $d $d $d $d }}{{ $d | toJson }}{{ $d | toYaml }}{{ $d | toYamlPretty }}{{ dict "a" $d | toToml }}{{ $d | int }}{{ $d | toString }}{{ $d | quote}}{{ kindOf $d }}{{ typeOf $d }}',
    '172800000000000 48h0m0s 48h0m0s %!t(time.Duration=172800000000000) 172800000000000 time.Duration17280000000000017280000000000048h0m0sa = "48h0m0s"\n048h0m0s"48h0m0s"int64time.Duration',
  ],
  [
    '{{ dict "c" (semver "1.2.3") "d" (list (semver "1.2.3")) "e" (semver "1.2.3").IncMajor  | toToml }}',
    'c = "1.2.3"\nd = ["1.2.3"]\ne = "2.0.0"\n',
  ],
  ['{{ semver "1.2.3" | toToml }}', '"1.2.3"'],
  ['{{ toDate "2006-01-02" "2024-02-29" | toToml }}', '2024-02-29T00:00:00Z'],
  [
    '{{ "x" | toToml }}|{{ 1 | toToml }}|{{ list 1 2 | toToml }}|{{ list (dict "a" 1) | toToml }}|{{ nil | toToml }}',
    'template: t:1:96: executing "t" at <nil>: nil is not a command',
  ],
  ['{{ dict "a" nil "b" (dict "c" nil "d" 1 "e" nil) | toToml }}', '[b]\n  d = 1\n'],
  [
    '{{ dict "l" (list (list (dict "a" nil "b" 1)) (list (dict "a" 1 "b" nil))) | toToml }}',
    'l = [[{b = 1}], [{a = 1, }]]\n',
  ],
  [
    '{{ dict "a.b" 1 "c d" (dict "e" (list 1.5 true "x")) "" (dict "" 1) | toToml }}',
    '"a.b" = 1\n\n[""]\n  "" = 1\n\n["c d"]\n  e = [1.5, true, "x"]\n',
  ],
])('%s', (template, expected) => {
  expect(evaluate(template)).toBe(expected)
})
