import { kustomization, map, type LintRow } from '../lint-rows.ts'

const post = (rest: string): string => kustomization(`  postBuild:\n${rest}`)

export const VARIABLE_ROWS: readonly LintRow[] = [
  {
    rule: 'variable-undefined',
    file: 'app/map.yaml',
    text: map('${zone…}'),
    bad: '',
    good: ':=a',
    line: 7,
    tells: /variable zone in ConfigMap app/u,
    beside: { 'a.yaml': post('    substitute: {region: eu}\n') },
  },
  {
    rule: 'variable-syntax',
    file: 'app/map.yaml',
    text: map('${zone…}'),
    bad: '-a',
    good: ':-a',
    line: 7,
    tells: /\$\{zone-a\} in ConfigMap app is no expression/u,
    beside: { 'a.yaml': post('    substitute: {zone: eu}\n') },
  },
  {
    rule: 'variable-name',
    file: 'a.yaml',
    text: post('    substitute: {…: a}\n'),
    bad: 'a-b',
    good: 'a_b',
    line: 10,
    tells: /no name/u,
  },
  {
    rule: 'variable-newline',
    file: 'a.yaml',
    text: post('    substitute: {a: "b…c"}\n'),
    bad: String.raw`\n`,
    good: ' ',
    line: 10,
    tells: /line breaks/u,
  },
  {
    rule: 'variable-type',
    file: 'app/map.yaml',
    text: map('…'),
    bad: '${on}',
    good: '${quote:="}${on}${quote:="}',
    line: 7,
    tells: /data\.value of ConfigMap app becomes true/u,
    beside: { 'a.yaml': post('    substitute: {on: "true"}\n') },
  },
  {
    rule: 'variables-none',
    file: 'a.yaml',
    text: post('    substitute: {…}\n'),
    bad: '',
    good: 'a: b',
    line: 9,
    tells: /nothing is substituted/u,
  },
  {
    rule: 'encrypted-without-decryption',
    file: 'a.yaml',
    text: kustomization('…'),
    bad: '',
    good: '  decryption: {provider: sops}\n',
    line: 4,
    tells: /Secret keys \(app\/secret\.yaml\), which is encrypted/u,
    beside: {
      'app/secret.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {a: "ENC[x]"}\nsops:\n  lastmodified: "x"\n  mac: ENC[x]\n',
    },
  },
]
