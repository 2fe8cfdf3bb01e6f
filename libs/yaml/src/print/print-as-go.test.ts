import { describe, expect, test } from 'vitest'
import { type YamlValue } from '../value.ts'
import { printYaml } from './print-yaml.ts'

/** JSON, and what `toYaml` and `toYamlPretty` of Helm 3.22 make of it: go-yaml v2.4.4 and v3.0.5. */
type Rows = readonly (readonly [json: string, second: string, third: string])[]

describe.each<readonly [string, Rows]>([
  [
    'text that another reader would take for something else stands in quotes',
    [
      [
        '["yes","Yes","y","n","no","on","off","true","null","~","","1","0x1","0o1","01","1_0","1e3",".5",".inf",".nan","1:30","2001-01-01","=","<<","1.2.3","0b1","+1","-","- a","-a","?","? a",":","a:","a: b","a:b",": a","#","# a","a #b","a#b"]',
        '- "yes"\n- "Yes"\n- "y"\n- "n"\n- "no"\n- "on"\n- "off"\n- "true"\n- "null"\n- "~"\n- ""\n- "1"\n- "0x1"\n- "0o1"\n- "01"\n- "1_0"\n- "1e3"\n- ".5"\n- ".inf"\n- ".nan"\n- "1:30"\n- "2001-01-01"\n- =\n- <<\n- 1.2.3\n- "0b1"\n- "+1"\n- \'-\'\n- \'- a\'\n- -a\n- \'?\'\n- \'? a\'\n- \':\'\n- \'a:\'\n- \'a: b\'\n- a:b\n- \': a\'\n- \'#\'\n- \'# a\'\n- \'a #b\'\n- a#b',
        '- "yes"\n- "Yes"\n- "y"\n- "n"\n- "no"\n- "on"\n- "off"\n- "true"\n- "null"\n- "~"\n- ""\n- "1"\n- "0x1"\n- "0o1"\n- "01"\n- "1_0"\n- "1e3"\n- ".5"\n- ".inf"\n- ".nan"\n- "1:30"\n- "2001-01-01"\n- =\n- <<\n- 1.2.3\n- "0b1"\n- "+1"\n- \'-\'\n- \'- a\'\n- -a\n- \'?\'\n- \'? a\'\n- \':\'\n- \'a:\'\n- \'a: b\'\n- a:b\n- \': a\'\n- \'#\'\n- \'# a\'\n- \'a #b\'\n- a#b',
      ],
      [
        '[" a","a ","\\ta","a\\t","\'","\\"","a\'b","a\\"b","\\\\","[a]","{a}","a,b","*a","&a","!a","%a","@a","`a","|","> a","---","...","a---","é","日本","\\u0085","\\u00a0","\\u2028","\\ufeff","\\u0001","😀"]',
        "- ' a'\n- 'a '\n- \"\\ta\"\n- \"a\\t\"\n- ''''\n- '\"'\n- a'b\n- a\"b\n- \\\n- '[a]'\n- '{a}'\n- a,b\n- '*a'\n- '&a'\n- '!a'\n- '%a'\n- '@a'\n- '`a'\n- '|'\n- '> a'\n- '---'\n- '...'\n- a---\n- é\n- 日本\n- ' '\n-  \n- ' '\n- \"\\uFEFF\"\n- \"\\x01\"\n- \"\\U0001F600\"",
        "- ' a'\n- 'a '\n- \"\\ta\"\n- \"a\\t\"\n- ''''\n- '\"'\n- a'b\n- a\"b\n- \\\n- '[a]'\n- '{a}'\n- a,b\n- '*a'\n- '&a'\n- '!a'\n- '%a'\n- '@a'\n- '`a'\n- '|'\n- '> a'\n- '---'\n- '...'\n- a---\n- é\n- 日本\n- \"\\N\"\n-  \n- ' '\n- \"\\uFEFF\"\n- \"\\x01\"\n- \"\\U0001F600\"",
      ],
    ],
  ],
  [
    'text of several lines is a block, where nothing is lost',
    [
      ['{"a":"x\\ny"}', 'a: |-\n  x\n  y', 'a: |-\n  x\n  y'],
      ['{"a":"x\\ny\\n"}', 'a: |\n  x\n  y', 'a: |\n  x\n  y'],
      ['{"a":"x\\n\\n"}', 'a: |+\n  x\n', 'a: |+\n  x\n'],
      ['{"a":"\\nx"}', 'a: |2-\n\n  x', 'a: |2-\n\n  x'],
      ['{"a":"\\n"}', 'a: |2+\n', 'a: |2+\n'],
      ['{"a":" x\\ny"}', 'a: |2-\n   x\n  y', 'a: |2-\n   x\n  y'],
      ['{"a":"x \\ny"}', 'a: "x \\ny"', 'a: "x \\ny"'],
      ['{"a":"x\\n y\\n"}', 'a: |\n  x\n   y', 'a: |\n  x\n   y'],
      ['{"a":"x\\ty\\n"}', 'a: "x\\ty\\n"', 'a: |\n  x\ty'],
      ['{"a":"x\\r\\ny"}', 'a: "x\\r\\ny"', 'a: "x\\r\\ny"'],
      ['{"a":"# x\\n- y\\n"}', 'a: |\n  # x\n  - y', 'a: |\n  # x\n  - y'],
      ['{"a":"x\\n\\n\\ny\\n"}', 'a: |\n  x\n\n\n  y', 'a: |\n  x\n\n\n  y'],
      ['["x\\ny\\n",["z\\n"]]', '- |\n  x\n  y\n- - |\n    z', '- |\n  x\n  y\n- - |\n    z'],
      ['{"a\\nb":"c"}', '? |-\n  a\n  b\n: c', '? |-\n  a\n  b\n: c'],
      [
        '{"a":{"b":{"c":"x\\ny\\n"}}}',
        'a:\n  b:\n    c: |\n      x\n      y',
        'a:\n  b:\n    c: |\n      x\n      y',
      ],
      ['{"a":"é\\nx\\n"}', 'a: |\n  é\n  x', 'a: |\n  é\n  x'],
      ['{"a":"\\tx\\n"}', 'a: "\\tx\\n"', 'a: |\n  \tx'],
    ],
  ],
  [
    'long lines are folded at blanks',
    [
      [
        '{"a":"word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end"}',
        'a: word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word end',
        'a: word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end',
      ],
      [
        '{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}',
        'a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
        'a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      ],
      [
        '{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy z"}',
        'a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n  yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n  z',
        'a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy z',
      ],
      [
        '{"a":"\'word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word "}',
        "a: '''word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word '",
        "a: '''word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word '",
      ],
      [
        '{"a":"- word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end"}',
        "a: '- word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word end'",
        "a: '- word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end'",
      ],
      [
        '{"a":"two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks end"}',
        'a: two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks\n  two  blanks two  blanks two  blanks two  blanks two  blanks end',
        'a: two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks two  blanks end',
      ],
      [
        '{"a":"\\tword word word word word word word word word word word word word word word word word word word word word word word word word word word word word word "}',
        'a: "\\tword word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word "',
        'a: "\\tword word word word word word word word word word word word word word word word word word word word word word word word word word word word word word "',
      ],
      [
        '{"a":"é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é "}',
        "a: 'é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é\n  é é é é é é é é é é é é é é é é é é é é é '",
        "a: 'é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é '",
      ],
      [
        '{"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk":1}',
        '? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1',
        '? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: 1',
      ],
      [
        '{"a":["word word word word word word word word word word word word word word word word word word word word x"]}',
        'a:\n- word word word word word word word word word word word word word word word word\n  word word word word x',
        'a:\n  - word word word word word word word word word word word word word word word word word word word word x',
      ],
      [
        '{"a":"word word word word word word word word word word word word word word word word word word word word \\n"}',
        'a: "word word word word word word word word word word word word word word word word\n  word word word word \\n"',
        'a: "word word word word word word word word word word word word word word word word word word word word \\n"',
      ],
    ],
  ],
  [
    'collections stand below their keys',
    [
      ['[]', '[]', '[]'],
      ['{}', '{}', '{}'],
      ['{"a":[],"b":{}}', 'a: []\nb: {}', 'a: []\nb: {}'],
      [
        '{"a":[1,[2,[3]],{"b":[4]}]}',
        'a:\n- 1\n- - 2\n  - - 3\n- b:\n  - 4',
        'a:\n  - 1\n  - - 2\n    - - 3\n  - b:\n      - 4',
      ],
      ['[[1,2],[3]]', '- - 1\n  - 2\n- - 3', '- - 1\n  - 2\n- - 3'],
      ['[{"a":1,"b":2},{"c":[]}]', '- a: 1\n  b: 2\n- c: []', '- a: 1\n  b: 2\n- c: []'],
      ['{"a":{"b":{"c":null}}}', 'a:\n  b:\n    c: null', 'a:\n  b:\n    c: null'],
      ['null', 'null', 'null'],
      ['true', 'true', 'true'],
      ['"x"', 'x', 'x'],
      ['1', '1', '1'],
      [
        '[null,true,false,0,-1,1.5,1e20,1e21,1e-7,123456789,1234567890123456789,0.1]',
        '- null\n- true\n- false\n- 0\n- -1\n- 1.5\n- 1e+20\n- 1e+21\n- 1e-07\n- 123456789\n- 1234567890123456800\n- 0.1',
        '- null\n- true\n- false\n- 0\n- -1\n- 1.5\n- 1e+20\n- 1e+21\n- 1e-07\n- 1.23456789e+08\n- 1.2345678901234568e+18\n- 0.1',
      ],
      [
        '{"b":1,"a":2,"B":3,"10":4,"9":5,"a10":6,"a9":7,"_":8,"":9,"true":10}',
        '"": 9\n_: 8\n"9": 5\n"10": 4\nB: 3\na: 2\na9: 7\na10: 6\nb: 1\n"true": 10',
        '"": 9\n_: 8\n"9": 5\n"10": 4\nB: 3\na: 2\na9: 7\na10: 6\nb: 1\n"true": 10',
      ],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s', (json, second, third) => {
    const value = valueOf(JSON.parse(json))
    expect(printYaml(value, 'yaml2')).toBe(`${second}\n`)
    expect(printYaml(value, 'yaml3')).toBe(`${third}\n`)
  })
})

function valueOf(json: unknown): YamlValue {
  if (Array.isArray(json)) return json.map(valueOf)
  if (typeof json === 'object' && json !== null)
    return new Map(Object.entries(json).map(([key, value]) => [key, valueOf(value)]))
  if (json === null || ['string', 'number', 'boolean'].includes(typeof json))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Nothing else is in JSON.
    return json as YamlValue
  throw new Error('not JSON')
}
