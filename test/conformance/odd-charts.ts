/** A small chart with what is odd about it, as files, and what it is rendered with. */
export interface OddChart {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** The text of one values file. */
  readonly values?: string
  readonly set?: readonly string[]
  readonly setString?: readonly string[]
  readonly setJson?: readonly string[]
  readonly kubeVersion?: string
  readonly includeCrds?: boolean
}

const CHART = 'apiVersion: v2\nname: top\nversion: 1.0.0\n'
const ALL_VALUES = 'v: {{ .Values | toJson | quote }}\n'

function sub(name: string, values: string, more: Readonly<Record<string, string>> = {}) {
  const own = {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    'values.yaml': values,
    'templates/v.yaml': `path: {{ .Template.Name }}\nroot: {{ .Chart.IsRoot }}\n${ALL_VALUES}`,
    ...more,
  }
  return Object.fromEntries(
    Object.entries(own).map(([path, text]) => [`charts/${name}/${path}`, text]),
  )
}

function hook(name: string, notes: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  annotations:\n${notes}\n`
}

function withSchema(schema: string, values: string): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': CHART,
    'values.yaml': values,
    'values.schema.json': schema,
    'templates/v.yaml': ALL_VALUES,
  }
}

function template(text: string): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': CHART,
    'values.yaml': 'a: {b: 1, n: null}\nl: [1, two]\n',
    'templates/t.yaml': text,
  }
}

function dependent(dependencies: string, values = '{}\n'): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': `${CHART}dependencies:\n${dependencies}`,
    'values.yaml': values,
    'templates/v.yaml': ALL_VALUES,
  }
}

const SETS: readonly (readonly string[])[] = [
  ['a=1,b=two,c=null,d=true,e=', 'f=1.5,g=0x10,h=0123,i=1e3'],
  ['a.b.c=1', 'a.b.d={x,y,3}', 'l[2].m=z', 'l[0]=q'],
  ['a\\.b=1', 'c=x\\,y', 'd={a\\,b,c}', 'e="q"'],
  ['a[0][1]=x', 'a[0][0]=y'],
  ['a={}', 'b={,}', 'c={1,null,true}'],
  ['a=b=c', 'x =1', ' y=2', 'z= 3 '],
  ['a[-1]=1'],
  ['a[70000]=1'],
  ['a[x]=1'],
  ['=1'],
  ['a.=1'],
  ['a'],
  ['a.b=1', 'a=2', 'a.c=3'],
  ['l[1]=x', 'l={}', 'l[0]=y'],
  ['n=9223372036854775807,m=9223372036854775808,k=-1,z=-0'],
]

const SCHEMAS: readonly (readonly [draft: string, schema: string, values: string])[] = [
  [
    '4',
    '{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{"type":"integer","minimum":3,"exclusiveMinimum":true}}}',
    'a: 3\n',
  ],
  [
    '6',
    '{"$schema":"http://json-schema.org/draft-06/schema#","properties":{"a":{"exclusiveMinimum":3},"b":{"const":"x"},"c":{"contains":{"type":"string"}}}}',
    'a: 3\nb: y\nc: [1]\n',
  ],
  [
    '7',
    '{"$schema":"http://json-schema.org/draft-07/schema#","if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}',
    'a: 1\n',
  ],
  [
    '2019-09',
    '{"$schema":"https://json-schema.org/draft/2019-09/schema","$defs":{"p":{"type":"string","pattern":"^a+$"}},"properties":{"a":{"$ref":"#/$defs/p"}},"dependentRequired":{"a":["b"]},"unevaluatedProperties":false}',
    'a: b\nz: 1\n',
  ],
  [
    '2020-12',
    '{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"l":{"prefixItems":[{"type":"string"}],"items":{"type":"number"},"uniqueItems":true}},"propertyNames":{"maxLength":2}}',
    'l: [1, 2, 2]\nlong: 1\n',
  ],
  [
    'without a name',
    '{"type":"object","required":["a","b"],"properties":{"a":{"type":["string","null"],"format":"ipv4"},"c":{"enum":["x","y",3]},"d":{"multipleOf":0.5}},"additionalProperties":{"type":"boolean"}}',
    'a: no\nc: z\nd: 0.3\ne: 1\n',
  ],
  [
    'one of',
    '{"properties":{"a":{"oneOf":[{"type":"string"},{"minLength":1}]},"b":{"anyOf":[{"type":"string"},{"type":"null"}]},"c":{"not":{"type":"string"}}}}',
    'a: x\nb: 1\nc: y\n',
  ],
  ['that is broken', '{"type":"nonsense"}', 'a: 1\n'],
  ['that is no JSON', '{', 'a: 1\n'],
  ['with a reference to nowhere', '{"$ref":"#/definitions/none"}', 'a: 1\n'],
]

export const ODD_CHARTS: readonly OddChart[] = [
  ...SETS.map((set, index) => ({
    name: `--set ${index + 1}: ${set.join(' ')}`,
    files: template(ALL_VALUES),
    set,
  })),
  {
    name: '--set-string keeps text',
    files: template(ALL_VALUES),
    setString: ['a.b=1,c=true,d=null,e={1,2}'],
  },
  {
    name: '--set-json by keys',
    files: template(ALL_VALUES),
    setJson: ['a={"x":[1,{"y":null}]}', 'b=[1,2],c="x"', 'l[1]={"k":1e2}'],
  },
  {
    name: '--set-json without a key',
    files: template(ALL_VALUES),
    setJson: ['{"a":{"z":1},"q":2.0}'],
  },
  { name: '--set-json that is broken', files: template(ALL_VALUES), setJson: ['{"a":'] },
  {
    name: 'all flags over a file, null takes away',
    files: template(ALL_VALUES),
    values: 'a: {b: null, x: 1}\nl: null\n',
    set: ['a.y=1'],
    setString: ['a.x=2'],
    setJson: ['a.z=[]'],
  },
  ...SCHEMAS.map(([draft, schema, values]) => ({
    name: `a schema ${draft}`,
    files: withSchema(schema, values),
  })),
  {
    name: 'a schema of a subchart, by its alias',
    files: {
      ...dependent('- {name: s, version: 1.x, alias: z}\n'),
      ...sub('s', 'a: 1\n', { 'values.schema.json': '{"properties":{"a":{"type":"string"}}}' }),
    },
  },
  {
    name: 'values that are a list',
    files: { 'Chart.yaml': CHART, 'values.yaml': '- 1\n', 'templates/v.yaml': ALL_VALUES },
  },
  {
    name: 'values in several documents',
    files: {
      ...template(ALL_VALUES),
      'values.yaml': 'a: {b: 1}\nl: [1]\n--- # two\na: {c: 2}\n---\nl: [2]\nd: null\n',
    },
  },
  {
    name: 'a values file in several documents',
    files: template(ALL_VALUES),
    values: '---\na: {c: 2}\n---\na: {d: 3}\n',
  },
  { name: 'a separator with text', files: template(ALL_VALUES), values: 'a: 1\n--- text\nb: 1\n' },
  {
    name: 'numbers in values',
    files: {
      ...template(ALL_VALUES),
      'values.yaml':
        'a: 1000000\nb: 0o14\nc: 014\nd: 1_000\ne: .5\nf: 12:30:45\ng: 2021-01-01\nh: yes\ni: 18446744073709551616\nj: 0x1F\n',
      'templates/w.yaml':
        '{{ range $k, $v := .Values }}{{ $k }}: {{ printf "%v %T" $v $v | quote }}\n{{ end }}',
    },
  },
  {
    name: 'null in a default',
    files: {
      ...dependent(
        '- {name: s, version: 1.x}\n',
        'a: null\nt: {x: null, y: 1}\nglobal: {g: null, h: 1}\ns: {k: null, t: {z: null}}\n',
      ),
      ...sub('s', 'k: 1\nt: {z: 1, w: null}\nn: null\nglobal: {g: 5, i: null}\n'),
    },
  },
  {
    name: 'null over a default of a subchart',
    files: { ...dependent('- {name: s, version: 1.x}\n'), ...sub('s', 'k: 1\nt: {z: 1, w: 2}\n') },
    values: 's: {k: null, t: {z: null, q: null}}\nx: null\n',
  },
  {
    name: 'globals that are no table',
    files: {
      ...dependent('- {name: s, version: 1.x}\n', 'global: 5\n'),
      ...sub('s', 'global: {a: 1}\n'),
    },
  },
  {
    name: 'globals go down and are merged',
    files: {
      ...dependent('- {name: s, version: 1.x}\n', 'global: {a: {x: 1}, b: 2}\n'),
      ...sub('s', 'global: {a: {x: 9, y: 2}, b: 3, c: 4}\n'),
    },
    set: ['global.a.z=7', 's.global.b=8'],
  },
  {
    name: 'values for a subchart that are no table',
    files: { ...dependent('- {name: s, version: 1.x}\n'), ...sub('s', 'a: 1\n') },
    set: ['s=text'],
  },
  {
    name: 'a condition that is false',
    files: {
      ...dependent(
        '- {name: s, version: 1.x, condition: "s.on,other.on"}\n',
        'other: {on: false}\n',
      ),
      ...sub('s', 'a: 1\n'),
    },
  },
  {
    name: 'the first condition that is there wins',
    files: {
      ...dependent(
        '- {name: s, version: 1.x, condition: "s.on,other.on"}\n',
        's: {on: true}\nother: {on: false}\n',
      ),
      ...sub('s', 'a: 1\n'),
    },
  },
  {
    name: 'a condition that is a text',
    files: {
      ...dependent('- {name: s, version: 1.x, condition: s.on}\n', 's: {on: "false"}\n'),
      ...sub('s', 'a: 1\n'),
    },
  },
  {
    name: 'tags, one on and one off',
    files: {
      ...dependent(
        '- {name: s, version: 1.x, tags: [a, b]}\n- {name: t, version: 1.x, tags: [b]}\n',
        'tags: {a: true, b: false}\n',
      ),
      ...sub('s', 'a: 1\n'),
      ...sub('t', 'a: 1\n'),
    },
  },
  {
    name: 'a condition goes before tags',
    files: {
      ...dependent(
        '- {name: s, version: 1.x, tags: [a], condition: s.on}\n',
        'tags: {a: false}\ns: {on: true}\n',
      ),
      ...sub('s', 'a: 1\n'),
    },
  },
  { name: 'a dependency that is not there', files: dependent('- {name: s, version: 1.x}\n') },
  {
    name: 'a subchart that nothing declares',
    files: { ...dependent('[]\n'), ...sub('s', 'a: 1\n') },
  },
  {
    name: 'a version that does not match',
    files: { ...dependent('- {name: s, version: ">2"}\n'), ...sub('s', 'a: 1\n') },
  },
  {
    name: 'two aliases of one chart with a subchart',
    files: {
      ...dependent(
        '- {name: s, version: 1.x, alias: one}\n- {name: s, version: 1.x, alias: two}\n',
        'one: {a: 5}\ntwo: {inner: {k: 6}}\n',
      ),
      ...sub('s', 'a: 1\n', {
        'Chart.yaml':
          'apiVersion: v2\nname: s\nversion: 1.0.0\ndependencies: [{name: inner, version: 1.x}]\n',
        'charts/inner/Chart.yaml': 'apiVersion: v2\nname: inner\nversion: 1.0.0\n',
        'charts/inner/values.yaml': 'k: 1\n',
        'charts/inner/templates/i.yaml': 'i: {{ .Template.Name }} {{ .Values.k }}\n',
      }),
    },
  },
  {
    name: 'import-values by pairs and by exports',
    files: {
      ...dependent(
        '- name: s\n  version: 1.x\n  import-values: [data, {child: t.u, parent: mine.deep}, {child: none, parent: x}]\n',
        'mine: {deep: {w: own}}\n',
      ),
      ...sub('s', 'exports: {data: {p: 1, q: null}}\nt: {u: {v: 1, w: 2}}\n'),
    },
  },
  {
    name: 'a library chart',
    files: {
      ...dependent('- {name: s, version: 1.x}\n'),
      'templates/use.yaml': 'u: {{ include "s.x" . }}\n',
      ...sub('s', 'a: 1\n', {
        'Chart.yaml': 'apiVersion: v2\nname: s\nversion: 1.0.0\ntype: library\n',
        'templates/_h.tpl': '{{ define "s.x" }}lib {{ .Chart.Name }}{{ end }}',
      }),
    },
  },
  {
    name: 'a library chart by itself',
    files: { 'Chart.yaml': `${CHART}type: library\n`, 'templates/v.yaml': ALL_VALUES },
  },
  {
    name: 'requirements.yaml of a chart v1',
    files: {
      'Chart.yaml': 'apiVersion: v1\nname: top\nversion: 1.0.0\n',
      'requirements.yaml': 'dependencies: [{name: s, version: 1.x, condition: s.on}]\n',
      'values.yaml': 's: {on: false}\n',
      'templates/v.yaml': ALL_VALUES,
      ...sub('s', 'a: 1\n'),
    },
  },
  {
    name: 'a chart of apiVersion v3',
    files: {
      'Chart.yaml': 'apiVersion: v3\nname: top\nversion: 1.0.0\n',
      'templates/v.yaml': ALL_VALUES,
    },
  },
  {
    name: 'a chart without a version',
    files: { 'Chart.yaml': 'apiVersion: v2\nname: top\n', 'templates/v.yaml': ALL_VALUES },
  },
  {
    name: 'a parent definition goes over that of a child',
    files: {
      ...dependent('- {name: s, version: 1.x}\n'),
      'templates/_a.tpl': '{{ define "x" }}top{{ end }}',
      'templates/u.yaml': 'u: {{ template "x" }}\n',
      ...sub('s', 'a: 1\n', {
        'templates/_a.tpl': '{{ define "x" }}sub{{ end }}',
        'templates/u.yaml': 'u: {{ template "x" }}\n',
      }),
    },
  },
  {
    name: '.helmignore',
    files: {
      ...template(ALL_VALUES),
      '.helmignore': '# no\n*.txt\n/top.md\nsecret/\ntemplates/skip*\n!keep.txt\n',
      'a.txt': 'a',
      'keep.txt': 'k',
      'top.md': 't',
      'sub/top.md': 's',
      'secret/x': 'x',
      'templates/skip.yaml': 'a: 1\n',
      'templates/f.yaml': 'f: {{ range $p, $b := .Files }}{{ $p }} {{ end }}\n',
    },
  },
  {
    name: 'files: globs, config, secrets, lines',
    files: {
      ...template(
        'c:\n{{ (.Files.Glob "cfg/**").AsConfig | indent 2 }}\ns:\n{{ (.Files.Glob "cfg/*.{ini,txt}").AsSecrets | indent 2 }}\nl: {{ .Files.Lines "cfg/a.ini" | toJson }} {{ .Files.Get "none" | quote }}\n',
      ),
      'cfg/a.ini': 'x=1\ny=2\n',
      'cfg/b.txt': 'one',
      'cfg/deep/c.ini': '',
    },
  },
  {
    name: 'lines of an empty file',
    files: { ...template('l: {{ .Files.Lines "e.txt" | toJson }}\n'), 'e.txt': '' },
  },
  {
    name: 'crds come first and as they are',
    files: {
      ...template(ALL_VALUES),
      'crds/b.yaml': 'kind: CustomResourceDefinition\n# {{ not a template }}\n',
      'crds/a.json': '{}',
      'crds/readme.md': 'no',
    },
    includeCrds: true,
  },
  {
    name: 'hooks by weight, with policies',
    files: {
      'Chart.yaml': CHART,
      'templates/a.yaml': [
        hook('late', '    helm.sh/hook: pre-install\n    helm.sh/hook-weight: "5"'),
        hook(
          'early',
          '    helm.sh/hook: pre-install, post-upgrade\n    helm.sh/hook-weight: "-5"\n    helm.sh/hook-delete-policy: hook-succeeded',
        ),
        hook('odd', '    helm.sh/hook: no-such'),
        hook('bad', '    helm.sh/hook: test-success\n    helm.sh/hook-weight: x'),
      ].join('---\n'),
    },
  },
  {
    name: 'the order of kinds',
    files: {
      'Chart.yaml': CHART,
      'templates/a.yaml': [
        'ValidatingWebhookConfiguration',
        'Zebra',
        'APIService',
        'Apple',
        'MutatingWebhookConfiguration',
        'Deployment',
        'Namespace',
        'Ingress',
        'Secret',
        'Service',
        'CronJob',
        'Role',
      ]
        .map((kind) => `kind: ${kind}\nmetadata: {name: x}\n`)
        .join('---\n'),
    },
  },
  {
    name: 'documents with odd separators',
    files: {
      'Chart.yaml': CHART,
      'templates/a.yaml':
        '\n\n---\n\n# only a comment\n---\na: 1   \n\n\n---  \nb: |\n  x\n  y\n\n---c: 3\n---\n--- # note\nd: 4\n \n---\n',
    },
  },
  {
    name: 'a block of text that keeps its line ends',
    files: { 'Chart.yaml': CHART, 'templates/a.yaml': 'a: |+\n  x\n\n\n---\nb: 2\n' },
  },
  { name: 'a document that is no YAML', files: template('a: [\n') },
  { name: 'a document that is a list', files: template('- 1\n') },
  { name: 'an unknown field of the chart', files: template('x: {{ .Chart.Nothing }}\n') },
  {
    name: 'the chart as data',
    files: {
      ...template(
        'x: {{ .Chart | toJson | quote }}\ny: {{ .Chart.Maintainers | toJson | quote }} {{ .Chart.Annotations | toJson | quote }}\nz: {{ range .Chart.Dependencies }}{{ .Name }} {{ .Enabled }}{{ end }}\n',
      ),
      'Chart.yaml': `${CHART}keywords: [a]\nmaintainers: [{name: m, email: e}]\nannotations: {k: v}\ndependencies: [{name: s, version: 1.x}]\n`,
      ...sub('s', 'a: 1\n'),
    },
  },
  {
    name: 'capabilities of a version with a suffix',
    files: template(
      'k: {{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.KubeVersion.GitVersion }} {{ semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "scheduling.k8s.io/v1alpha2" }}\n',
    ),
    kubeVersion: '1.33.4-gke.12',
  },
  {
    name: 'a kube version that does not do',
    files: { ...template(ALL_VALUES), 'Chart.yaml': `${CHART}kubeVersion: ">=1.40.0-0"\n` },
    kubeVersion: '1.33.4-gke.12',
  },
  { name: 'a kube version that is none', files: template(ALL_VALUES), kubeVersion: 'one' },
  { name: 'a field of nothing', files: template('x: {{ .Values.no.field }}\n') },
  {
    name: 'a field of nothing, two includes deep',
    files: {
      ...template('x: {{ include "a" . }}\n'),
      'templates/_h.tpl':
        '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}\n{{ .Values.no.field }}{{ end }}',
    },
  },
  {
    name: 'fail within an include',
    files: {
      ...template('x: {{ include "a" . }}\n'),
      'templates/_h.tpl': '{{ define "a" }}{{ fail "this: is wrong" }}{{ end }}',
    },
  },
  {
    name: 'required without a value',
    files: template('x: {{ required "a.z is needed" .Values.a.z }}\n'),
  },
  {
    name: 'a function that fails',
    files: template('x: {{ atoi "x" | add 1 }} {{ index .Values.l 9 }}\n'),
  },
  { name: 'a wrong type for a function', files: template('x: {{ upper .Values.a }}\n') },
  { name: 'tpl that fails', files: template('x: {{ tpl "{{ .Values.no.field }}" . }}\n') },
  { name: 'tpl that does not parse', files: template('x: {{ tpl "{{ if }}" . }}\n') },
  { name: 'a template that does not parse', files: template('x: {{ if }}\n') },
  { name: 'a function that is not there', files: template('x: {{ nope 1 }}\n') },
  { name: 'a template that is not there', files: template('x: {{ include "none" . }}\n') },
  {
    name: 'printers that must',
    files: template(
      'x: {{ mustToYaml .Values.a | quote }} {{ mustToToml .Values.a | quote }} {{ mustToJson .Values.l }}\n',
    ),
  },
  {
    name: 'subcharts see one another',
    files: {
      ...dependent('- {name: s, version: 1.x}\n'),
      'templates/u.yaml':
        'u: {{ .Subcharts.s.Values | toJson }} {{ .Subcharts.s.Chart.Version }}\n',
      ...sub('s', 'a: 1\n'),
    },
  },
  {
    name: 'notes are no manifest',
    files: {
      ...template(ALL_VALUES),
      'templates/NOTES.txt': 'hello {{ .Release.Name }}',
      'templates/_partial.yaml': 'no: 1\n',
    },
  },
]
