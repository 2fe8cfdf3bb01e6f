import { describe, expect, test } from 'vitest'
import { printJson } from './json/print-json.ts'
import { parseYaml } from './read.ts'
import { YamlError } from './yaml-error.ts'

/** What Go makes of a text: its value as JSON, or why it is none. */
type Rows = readonly (readonly [text: string, answer: string])[]

// Recorded from sigs.k8s.io/yaml v1.6.0, as `fromYaml` of Helm 3.22 reads.
describe.each<readonly [string, Rows]>([
  [
    'booleans are the words of YAML 1.1, in three spellings each',
    [
      [
        '[y, Y, yes, Yes, YES, yES, on, On, ON, oN, true, True, TRUE, tRUE]',
        '[true,true,true,true,true,"yES",true,true,true,"oN",true,true,true,"tRUE"]',
      ],
      [
        '[n, N, no, No, NO, nO, off, Off, OFF, oFF, false, False, FALSE]',
        '[false,false,false,false,false,"nO",false,false,false,"oFF",false,false,false]',
      ],
      ['yes: on', '{"true":true}'],
      ['"yes": !!bool on', '{"yes":true}'],
      ['[~, null, Null, NULL, nULL, ]', '[null,null,null,null,"nULL"]'],
      ['a: !!bool maybe', 'yaml: cannot decode !!str `maybe` as a !!bool'],
    ],
  ],
  [
    'integers have a sign, a base and underscores',
    [
      ['[0777, -0777, +0777, 0o17, 0O17, 08, 0o8, 00, 0]', '[511,-511,511,15,15,8,"0o8",0,0]'],
      [
        '[0x1F, -0x1f, 0X1F, 0b101, -0b101, 0b2, 1_000, _1, 1_, 0x_1]',
        '[31,-31,31,5,-5,"0b2",1000,"_1",1,1]',
      ],
      ['[+1, -0, +0, 1 2, 12:30, 190:20:30]', '[1,0,0,"1 2","12:30","190:20:30"]'],
      [
        '[9223372036854775807, 9223372036854775808, -9223372036854775809, 18446744073709551616]',
        '[9223372036854776000,9223372036854776000,-9223372036854776000,18446744073709552000]',
      ],
    ],
  ],
  [
    'floats have a point or an exponent',
    [
      [
        '[1., .5, -.5, +.5, 1e3, 1E3, 1e+3, 1.5e-3, 1_0.5, e3, 1e, .e3, .]',
        '[1,0.5,-0.5,0.5,1000,1000,1000,0.0015,10.5,"e3","1e",".e3","."]',
      ],
      ['[.inf]', 'json: unsupported value: +Inf'],
      ['[-.Inf, x]', 'json: unsupported value: -Inf'],
      ['[.NaN]', 'json: unsupported value: NaN'],
      ['[1.0, 1.50, 100000000000000000000000, 0.1e1]', '[1,1.5,1e+23,1]'],
      ['[!!float 1, !!int 1, !!str 1, ! 1]', '[1,1,"1","1"]'],
      ['[!!int 1.5]', 'yaml: cannot decode !!float `1.5` as a !!int'],
    ],
  ],
  [
    'times are text',
    [
      [
        '[2001-12-14, 2001-12-14t21:59:43.10-05:00, 2001-12-14 21:59:43.10 -5, 2001-1-1, 2001-12-14 99:99]',
        '["2001-12-14","2001-12-14t21:59:43.10-05:00","2001-12-14 21:59:43.10 -5","2001-1-1","2001-12-14 99:99"]',
      ],
      ['{2001-12-14: x}', '{"2001-12-14":"x"}'],
    ],
  ],
  [
    'merge keys take what is not there, or go over it',
    [
      ['a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}', '{"a":{"true":2,"x":1},"b":{"true":2,"x":3}}'],
      ['a: &a {x: 1, y: 2}\nb: {x: 3, <<: *a}', '{"a":{"true":2,"x":1},"b":{"true":2,"x":1}}'],
      [
        'a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}',
        '{"a":{"x":1},"b":{"true":2,"x":2},"c":{"true":2,"x":1}}',
      ],
      ['a: &a {x: 1}\nb: {<<: *a, <<: {z: 1}}', '{"a":{"x":1},"b":{"x":1,"z":1}}'],
      ['a: {"<<": {x: 1}}', '{"a":{"\\u003c\\u003c":{"x":1}}}'],
      ['a: {!!str <<: {x: 1}}', '{"a":{"\\u003c\\u003c":{"x":1}}}'],
      ['a: {!!merge <<: {x: 1}}', '{"a":{"x":1}}'],
      ['a: {<<: [1]}', 'yaml: map merge requires map or sequence of maps as the value'],
      ['a: {<<: text}', 'yaml: map merge requires map or sequence of maps as the value'],
      ['a: {<<: }', 'yaml: map merge requires map or sequence of maps as the value'],
      ['a: {<<: {<<: {x: 1}, y: 2}}', '{"a":{"true":2,"x":1}}'],
      ['a: {<<: []}', '{"a":{}}'],
    ],
  ],
  [
    'anchors name what comes after them',
    [
      ['a: &x 1\nb: *x\nc: &x 2\nd: *x', '{"a":1,"b":1,"c":2,"d":2}'],
      ['a: &x\nb: *x', '{"a":null,"b":null}'],
      ['&a a: b\nc: *a', '{"a":"b","c":"a"}'],
      ['a: &x [1, 2]\nb: [*x, *x]', '{"a":[1,2],"b":[[1,2],[1,2]]}'],
      ['a: *x', "yaml: unknown anchor 'x' referenced"],
      ['a: &x [*x]', "yaml: anchor 'x' value contains itself"],
      ['*x : 1', "yaml: unknown anchor 'x' referenced"],
      ['a: &x-1_y z\nb: *x-1_y', '{"a":"z","b":"z"}'],
      ['a: & b', 'yaml: did not find expected alphabetic or numeric character'],
      ['a: &x &y b', 'yaml: did not find expected key'],
      ['a: &x *y', 'yaml: did not find expected key'],
    ],
  ],
  [
    'the last of equal keys wins',
    [
      ['a: 1\na: 2\nb: 3', '{"a":2,"b":3}'],
      ['{a: 1, "a": 2}', '{"a":2}'],
      ['{yes: x, true: y}', '{"true":true}'],
      ['{~: x}', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "x"'],
      ['{1.5: x, 1.50: y}', '{"1.5":true}'],
      ['? [a]\n: x', 'yaml: invalid map key: []interface {}{"a"}'],
      ['? {a: b}\n: x', 'yaml: invalid map key: map[interface {}]interface {}{"a":"b"}'],
      ['{? a : b, ? c}', '{"a":"b","c":null}'],
      ['a: {b}', '{"a":{"b":null}}'],
    ],
  ],
  [
    'block scalars keep, fold and chomp',
    [
      ['a: |\n  x\n  y\n', '{"a":"x\\ny\\n"}'],
      ['a: |-\n  x\n\n', '{"a":"x"}'],
      ['a: |+\n  x\n\n', '{"a":"x\\n\\n"}'],
      ['a: |2\n   x\n  y\n', '{"a":" x\\ny\\n"}'],
      ['a: |-2\n   x', '{"a":" x"}'],
      ['a: |0\n x', 'yaml: found an indentation indicator equal to 0'],
      ['a: |10\n x', 'yaml: did not find expected comment or line break'],
      ['a: |x\n y', 'yaml: did not find expected comment or line break'],
      ['a: >\n  x\n  y\n\n  z\n', '{"a":"x y\\nz\\n"}'],
      ['a: >\n  x\n    y\n  z\n', '{"a":"x\\n  y\\nz\\n"}'],
      ['a: >-\n  x\n\n\n  y', '{"a":"x\\n\\ny"}'],
      ['a: >+\n  x\n\n', '{"a":"x\\n\\n"}'],
      ['a: | # note\n  x\n', '{"a":"x\\n"}'],
      ['a: |\n\n   x\n', '{"a":"\\nx\\n"}'],
      ['a: |\n    \n  x', 'yaml: line 2: did not find expected key'],
      ['a: |\n\tx', 'yaml: line 2: found a tab character where an indentation space is expected'],
      ['- |\n x\n- >\n y', '["x\\n","y"]'],
      ['a: |\n x\n# note\nb: y', '{"a":"x\\n","b":true}'],
    ],
  ],
  [
    'quotes escape',
    [
      ["a: 'it''s'", '{"a":"it\'s"}'],
      [
        'a: "\\t\\n\\x41\\u00e9\\U0001F600\\0\\a\\b\\e\\v\\f\\r\\"\\/\\\\\\N\\_\\L\\P"',
        'yaml: found unknown escape character',
      ],
      ['a: "x \\\n  y"', '{"a":"x y"}'],
      ['a: "x\n\n  y"', '{"a":"x\\ny"}'],
      ["a: 'x\n\n  y'", '{"a":"x\\ny"}'],
      ['a: "\\q"', 'yaml: found unknown escape character'],
      ['a: "\\x4"', 'yaml: did not find expected hexdecimal number'],
      ['a: "\\ud800"', 'yaml: found invalid Unicode character escape code'],
      ['a: "x', 'yaml: found unexpected end of stream'],
      ["a: 'x", 'yaml: found unexpected end of stream'],
      ['a: "x" y', 'yaml: did not find expected key'],
      ['"a": b', '{"a":"b"}'],
      ["'a' : b", '{"a":"b"}'],
      ['{"a":b}', '{"a":"b"}'],
      ['{"a":1,b:2}', '{"a":1,"b:2":null}'],
      ['a: "x"# y', '{"a":"x"}'],
    ],
  ],
  [
    'plain text goes on below',
    [
      ['a: b c\n d\n e', '{"a":"b c d e"}'],
      ['a: b # c', '{"a":"b"}'],
      ['a: b#c', '{"a":"b#c"}'],
      ['a: b: c', 'yaml: mapping values are not allowed in this context'],
      ['a: - b', 'yaml: block sequence entries are not allowed in this context'],
      ['a: [b]c', 'yaml: did not find expected key'],
      ['a: @b', 'yaml: found character that cannot start any token'],
      ['a: `b', 'yaml: found character that cannot start any token'],
      ['a: %b', 'yaml: found character that cannot start any token'],
      ['%a: b', 'yaml: found unexpected non-alphabetical character'],
      ['a: -', 'yaml: block sequence entries are not allowed in this context'],
      ['a: ?', 'yaml: mapping keys are not allowed in this context'],
      ['- - a\n  - b\n- c', '[["a","b"],"c"]'],
      ['a: b\n  c: d', 'yaml: line 2: mapping values are not allowed in this context'],
      ['a: http://x:1/y#z?', '{"a":"http://x:1/y#z?"}'],
      ['a: "b"\n  c', 'yaml: line 1: did not find expected key'],
      ['a: x\n\n\n y', '{"a":"x\\n\\ny"}'],
    ],
  ],
  [
    'lists and mappings within brackets',
    [
      ['[a, b, ]', '["a","b"]'],
      ['{a: 1, b, }', '{"a":1,"b":null}'],
      ['[a: 1, b]', '[{"a":1},"b"]'],
      ['[a, , b]', 'yaml: did not find expected node content'],
      ['{a: , b: }', '{"a":null,"b":null}'],
      ['[]', '[]'],
      ['[[], {}]', '[[],{}]'],
      ['{a: [b, {c: d}]}', '{"a":["b",{"c":"d"}]}'],
      ['[a\n,b]', '["a","b"]'],
      ['{a\n: b}', "yaml: line 1: did not find expected ',' or '}'"],
      ['[a', "yaml: line 1: did not find expected ',' or ']'"],
      ['{a: b', "yaml: line 1: did not find expected ',' or '}'"],
      [']', 'yaml: did not find expected node content'],
      ['}', 'yaml: did not find expected node content'],
      ['[a}', "yaml: did not find expected ',' or ']'"],
      ['{[a]: b}', 'yaml: invalid map key: []interface {}{"a"}'],
      ['[a]: b', 'yaml: invalid map key: []interface {}{"a"}'],
      ['{a: b}: c', 'yaml: invalid map key: map[interface {}]interface {}{"a":"b"}'],
      ['{a:b}', '{"a:b":null}'],
      ['[a,b]', '["a","b"]'],
      ['{a: b,c: d}', '{"a":"b","c":"d"}'],
      ['[? a : b]', '[{"a":"b"}]'],
      ['[#a\n]', '[]'],
      ['[a #b\n]', '["a"]'],
    ],
  ],
  [
    'space and line ends',
    [
      ['a: 1\r\nb: 2\r\n', '{"a":1,"b":2}'],
      ['a: 1\rb: 2', '{"a":1,"b":2}'],
      ['\ta: 1', 'yaml: found character that cannot start any token'],
      ['a:\t1', '{"a":1}'],
      ['a: 1\t', '{"a":1}'],
      ['a:\n\tb: 1', 'yaml: line 2: found character that cannot start any token'],
      ['a:\n  b: 1\n c: 2', 'yaml: line 2: did not find expected key'],
      [' a: 1\n b: 2', '{"a":1,"b":2}'],
      [' a: 1\nb: 2', '{"a":1}'],
      ['a:\n- b\n- c\nd: e', '{"a":["b","c"],"d":"e"}'],
      ['a:\n - b\n c: d', "yaml: line 2: did not find expected '-' indicator"],
      ['a: 1b: 2', '{"a":1,"b":2}'],
      ['a: "x y"', '{"a":"x\\u2028y"}'],
      ['﻿a: 1', '{"a":1}'],
      ['﻿﻿a: 1', '{"a":1}'],
      ['a: 1\n...\nb: 2', '{"a":1}'],
      ['a: 1\n---\nb: 2', '{"a":1}'],
      ['%YAML 1.1\n---\na: 1', '{"a":1}'],
      ['%YAML 1.2\n---\na: 1', 'yaml: found incompatible YAML document'],
      ['%YAML 2.0\n---\na: 1', 'yaml: found incompatible YAML document'],
      ['%TAG ! x:\n---\na: !b c', '{"a":"c"}'],
      ['--- # x\na: 1', '{"a":1}'],
    ],
  ],
  [
    'tags',
    [
      ['a: !!binary aGk=', '{"a":"hi"}'],
      ['a: !!binary a', 'yaml: !!binary value contains invalid base64 data'],
      ['a: !!binary /w==', '{"a":"�"}'],
      ['a: !!set {x}', '{"a":{"x":null}}'],
      ['a: !!null x', 'yaml: cannot decode !!str `x` as a !!null'],
      ['a: !!null ""', '{"a":null}'],
      ['a: !!map []', '{"a":[]}'],
      ['a: !!seq {}', '{"a":{}}'],
      ['a: !x y', '{"a":"y"}'],
      ['a: !<tag:yaml.org,2002:str> 1', '{"a":"1"}'],
      ['a: !!timestamp 2001-01-01', '{"a":"2001-01-01"}'],
      ['a: !!timestamp x', 'yaml: cannot decode !!str `x` as a !!timestamp'],
      ['a: !e!x y', 'yaml: found undefined tag handle'],
      ['a: !!str [1]', '{"a":[1]}'],
      ['a: !!str', '{"a":""}'],
      ['a: !!omap [x: 1]', '{"a":[{"x":1}]}'],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%j', (text, answer) => {
    expect(answerTo(text)).toBe(answer)
  })
})

function answerTo(text: string): string {
  try {
    return printJson(
      parseYaml(text, { flavour: 'yaml2', duplicateKeys: 'last-wins', numbers: 'float64' }),
    )
  } catch (error) {
    if (error instanceof YamlError) return error.upstream
    throw error
  }
}

describe('bytes that are no text are refused for the first reason that Go has', () => {
  const control = 'control characters are not allowed'
  test.each<readonly [readonly number[], string, string]>([
    [[0xff], 'invalid leading UTF-8 octet', 'invalid UTF-8 at byte offset 0'],
    [[0x61, 0x80], 'invalid leading UTF-8 octet', 'invalid UTF-8 at byte offset 1'],
    [[0xc3], 'incomplete UTF-8 octet sequence', 'invalid UTF-8 at byte offset 0'],
    [[0xc3, 0x28], 'invalid trailing UTF-8 octet', 'invalid UTF-8 at byte offset 0'],
    [[0xc0, 0x80], 'invalid length of a UTF-8 sequence', 'invalid UTF-8 at byte offset 0'],
    [[0xed, 0xa0, 0x80], 'invalid Unicode character', 'invalid UTF-8 at byte offset 0'],
    [[0xf7, 0xbf, 0xbf, 0xbf], 'invalid Unicode character', 'invalid UTF-8 at byte offset 0'],
    [[0x01, 0xff], control, 'U+0001 at offset 0, 1:1'],
    [[0xc3, 0xa9, 0x0a, 0x01, 0xff], control, 'U+0001 at offset 2, 2:1'],
    [[0xff, 0x01], 'invalid leading UTF-8 octet', 'invalid UTF-8 at byte offset 0'],
  ])('%j', (bytes, upstream, problem) => {
    const read = (): unknown =>
      parseYaml(Uint8Array.from(bytes), { flavour: 'yaml2', duplicateKeys: 'error' })
    expect(read).toThrow(
      expect.objectContaining({
        upstream: `yaml: ${upstream}`,
        message: `YAML_ENCODING: ${problem}`,
      }),
    )
  })
})
