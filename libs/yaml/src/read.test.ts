import { expect, test } from 'vitest'
import type { YamlNode } from './node.ts'
import { parseDocuments, parseYaml, parseYamlStream, type ReadOptions, toValue } from './read.ts'
import type { YamlValue } from './value.ts'
import { YamlError, type YamlErrorCode } from './yaml-error.ts'

const v2: ReadOptions = { flavour: 'yaml2', duplicateKeys: 'error' }
const v3: ReadOptions = { flavour: 'yaml3', duplicateKeys: 'error' }

function refusalOf(action: () => unknown): YamlError {
  try {
    action()
  } catch (error) {
    if (error instanceof YamlError) return error
    throw error
  }
  throw new Error('it was accepted')
}

function codeOf(text: string | Uint8Array, options: ReadOptions = v2): YamlErrorCode {
  return refusalOf(() => parseYamlStream(text, options)).code
}

function at(value: YamlValue, ...path: readonly (string | number)[]): YamlValue | undefined {
  let current: YamlValue | undefined = value
  for (const step of path) {
    if (current instanceof Map) current = current.get(String(step))
    else current = Array.isArray(current) ? current[Number(step)] : undefined
  }
  return current
}

test('mappings are maps in the order of the text, whatever their keys look like', () => {
  const value = parseYaml('b: 1\n"10": 2\n"9": 3\n__proto__: {x: 4}\nconstructor: 5\n', v2)
  expect(value).toEqual(
    new Map<string, YamlValue>([
      ['b', 1],
      ['10', 2],
      ['9', 3],
      ['__proto__', new Map([['x', 4]])],
      ['constructor', 5],
    ]),
  )
  expect(Object.keys(Object.prototype)).toEqual([])
})

test('a merge of __proto__ touches no prototype', () => {
  const text = 'a: &a {__proto__: {polluted: true}}\nb: {<<: *a}\n'
  expect(at(parseYaml(text, v2), 'b', '__proto__', 'polluted')).toBe(true)
  expect('polluted' in {}).toBe(false)
})

test.each([
  ['yes', true, 'yes'],
  ['on', true, 'on'],
  ['0777', 511, 511],
  ['0o17', 15, 15],
  ['0x1F', 31, 31],
  ['0b101', 5, 5],
  ['1_000', 1000, 1000],
  ['08', 8, 8],
  ['1e3', 1000, 1000],
  ['.5', 0.5, 0.5],
  ['12:30:45', '12:30:45', '12:30:45'],
  ['1.2.3', '1.2.3', '1.2.3'],
  ['~', null, null],
  ['', null, null],
  ['"1"', '1', '1'],
  ['!!str 1', '1', '1'],
  ['!!float 1', 1, 1],
  ['9007199254740993', 9007199254740993n, 9007199254740993n],
  ['-9223372036854775808', -9223372036854775808n, -9223372036854775808n],
  ['18446744073709551615', 18446744073709551615n, 18446744073709551615n],
  ['123456789012345678901', 123456789012345680000, 123456789012345680000],
  ['2021-01-01', '2021-01-01', '2021-01-01T00:00:00Z'],
])('%s means what Go reads', (text, asV2, asV3) => {
  expect(at(parseYaml(`a: ${text}\n`, v2), 'a')).toBe(asV2)
  expect(at(parseYaml(`a: ${text}\n`, v3), 'a')).toBe(asV3)
})

test('without a type Go rounds to 53 bits, and types can be told apart', () => {
  const text = '[9007199254740993, 1, 1.0]'
  expect(parseYaml(text, { ...v2, numbers: 'float64' })).toEqual([9007199254740992, 1, 1])
  expect(parseYaml(text, { ...v2, numbers: 'typed' })).toEqual([9007199254740993n, 1n, 1])
})

test('every node knows its line and column', () => {
  const [root] = parseDocuments('# c\na:\n  - x: "q"\n    y: [1,\n     2]\n', { flavour: 'yaml2' })
  const places: string[] = []
  const visit = (node: YamlNode): void => {
    places.push(`${node.kind} ${node.line}:${node.column}`)
    if (node.kind === 'mapping') {
      for (const { key, value } of node.entries) [key, value].forEach(visit)
    } else if (node.kind === 'sequence') {
      node.items.forEach(visit)
    }
  }
  if (root !== undefined) visit(root)
  expect(places).toEqual([
    'mapping 2:1',
    'scalar 2:1',
    'sequence 3:3',
    'mapping 3:5',
    'scalar 3:5',
    'scalar 3:8',
    'scalar 4:5',
    'sequence 4:8',
    'scalar 4:9',
    'scalar 5:6',
  ])
})

test('a text has as many documents as it separates, and a value reads the first only', () => {
  expect(parseYamlStream('', v2)).toEqual([])
  expect(parseYamlStream('# nothing\n', v2)).toEqual([])
  expect(parseYamlStream('a\n---\n---\nb\n...\n', v2)).toEqual(['a', null, 'b'])
  expect(parseYaml('a: 1\n---\n}', v2)).toEqual(new Map([['a', 1]]))
})

test('aliases are followed, in v3 across documents', () => {
  const text = 'a: &x [1]\nb: *x\n'
  expect(at(parseYaml(text, v2), 'b', 0)).toBe(1)
  const across = 'a: &x 1\n---\nb: *x\n'
  expect(at(parseYamlStream(across, v3)[1] ?? null, 'b')).toBe(1)
  expect(codeOf(across, v2)).toBe('YAML_ALIAS')
})

test('a merge overwrites what is above it in v2, and fills in what is missing in v3', () => {
  const text = 'x: &x {a: 1, b: 2}\nz:\n  a: 0\n  <<: *x\n'
  const lenient = { ...v2, duplicateKeys: 'last-wins' } as const
  expect(at(parseYaml(text, lenient), 'z', 'a')).toBe(1)
  expect(at(parseYaml(text, v3), 'z', 'a')).toBe(0)
  expect(at(parseYaml(text, v3), 'z', 'b')).toBe(2)
})

test('a key that is there twice is named with both places, or the last one wins', () => {
  const text = 'a: 1\nb:\n  data: x\n  data: z\n'
  const refusal = refusalOf(() => parseYaml(text, v2))
  expect(refusal.message).toBe('YAML_DUPLICATE_KEY: "data" at 4:3, first at 3:3')
  expect(refusal.upstream).toBe('yaml: unmarshal errors:\n  line 4: key "data" already set in map')
  expect(refusalOf(() => parseYaml(text, v3)).code).toBe('YAML_DUPLICATE_KEY')
  expect(at(parseYaml(text, { ...v2, duplicateKeys: 'last-wins' }), 'b', 'data')).toBe('z')
})

test('keys are text: numbers and booleans as Go writes them in v2, an error in v3', () => {
  const text = 'a: {1: x, 1.50: w, yes: z}\n'
  expect(at(parseYaml(text, v2), 'a')).toEqual(
    new Map([
      ['1', 'x'],
      ['1.5', 'w'],
      ['true', 'z'],
    ]),
  )
  expect(codeOf(text, v3)).toBe('YAML_KEY')
  expect(codeOf('{~: x}')).toBe('YAML_KEY')
  expect(codeOf('? [a]\n: x\n')).toBe('YAML_KEY')
})

test.each([
  ['a: [1', 'YAML_SYNTAX'],
  ['a: b: c', 'YAML_SYNTAX'],
  ['a: "\\q"', 'YAML_SYNTAX'],
  ['a: \t- b', 'YAML_SYNTAX'],
  ['%YAML 1.2\n--- a', 'YAML_SYNTAX'],
  ['a: *x', 'YAML_ALIAS'],
  ['a: &x [*x]', 'YAML_ALIAS'],
  ['<<: 1', 'YAML_MERGE'],
  ['a: !!int x', 'YAML_TAG'],
  ['a: !!js/function x', 'YAML_TAG'],
  ['!!python/object:os.system {}', 'YAML_TAG'],
  ['a: .inf', 'YAML_NUMBER'],
  ['a: \u0000', 'YAML_ENCODING'],
  ['a: \u0007', 'YAML_ENCODING'],
  ['a: \uD800', 'YAML_ENCODING'],
] as const)('%j is refused as %s', (text, code) => {
  expect(codeOf(text)).toBe(code)
})

test('a refusal has our words with the place, and those of Go', () => {
  const refusal = refusalOf(() => parseYaml('a: 1\nb:\n  - x\n c: 2\n', v2))
  expect(refusal.message).toBe('YAML_SYNTAX: did not find expected key at 4:2')
  expect(refusal.upstream).toBe('yaml: line 3: did not find expected key')
  expect([refusal.line, refusal.column]).toEqual([4, 2])
})

function bytes(...octets: readonly number[]): Uint8Array {
  return Uint8Array.from(octets)
}

test('bytes are UTF-8, with or without a mark, and nothing else', () => {
  expect(parseYaml(bytes(0xef, 0xbb, 0xbf, 0xc3, 0xa9), v2)).toBe('é')
  expect(refusalOf(() => parseYaml(bytes(0x61, 0xef, 0xbf, 0xbd, 0xff), v2)).message).toContain(
    'invalid UTF-8 at byte offset 4',
  )
  expect(codeOf(bytes(0xff, 0xfe, 0x61, 0x00))).toBe('YAML_ENCODING')
  expect(codeOf(bytes(0xc3, 0x28))).toBe('YAML_ENCODING')
})

test('values of kustomize go through its printer once more', () => {
  expect(at(parseYaml('a: {b: , c}\nd:\n', v3), 'a', 'b')).toBe('')
  expect(at(parseYaml('a: {b: , c}\nd:\n', v3), 'd')).toBeNull()
  expect(at(parseYaml('a: >\n  x\n    y\n  z\n', v3), 'a')).toBe('x\n\n  y\nz\n')
  expect(at(parseYaml('a: {"<<": {b: 1}}\n', v3), 'a')).toEqual(new Map())
})

test('a node keeps what a value drops', () => {
  const [root] = parseDocuments("a: &x !!str '1'\n", { flavour: 'yaml3' })
  const value = root?.kind === 'mapping' ? root.entries[0]?.value : undefined
  expect(value).toEqual({
    kind: 'scalar',
    value: '1',
    style: 'single-quoted',
    tag: 'tag:yaml.org,2002:str',
    anchor: 'x',
    line: 1,
    column: 4,
  })
  expect(root === undefined ? null : toValue(root, v3)).toEqual(new Map([['a', '1']]))
})
