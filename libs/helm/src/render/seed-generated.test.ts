import { GeneratedMemory, type GeneratedSources, type GeneratedValues } from '@tidemark/go-template'
import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { loadChart } from '../chart/load-chart.ts'
import { mergeValues } from '../values/merge-values.ts'
import { renderChart } from './render-chart.ts'
import { seedGenerated, type Seeded } from './seed-generated.ts'

/** Renders the templates of a chart once, and then as if nobody had kept what they generated. */
function life(templates: Readonly<Record<string, string>>): {
  readonly live: string
  readonly seeded: Seeded
  readonly again: string
} {
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n', ...templates }
  const chart = loadChart(
    memoryTree(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
  )
  const release = { name: 'db', namespace: 'apps' }
  const render = (generated: GeneratedValues): readonly string[] =>
    renderChart(chart, { release, values: mergeValues({}), generated }).manifests.map(
      ({ content }) => Buffer.from(content, 'latin1').toString('utf8'),
    )
  const live = render(new GeneratedMemory(sourcesOf(1)))
    .map((text) => `---\n${text}\n`)
    .join('')
  const seeded = seedGenerated({
    render,
    live,
    namespace: release.namespace,
    sources: sourcesOf(2),
  })
  const entries = seeded.kind === 'seeded' ? seeded.entries : []
  const next = render(new GeneratedMemory(sourcesOf(3), entries))
  return { live, seeded, again: next.map((text) => `---\n${text}\n`).join('') }
}

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: { name: db }\n'

test('passwords have their bytes again, in base64 or as text, alone or in a longer one', () => {
  const { live, seeded, again } = life({
    'templates/a.yaml': `${SECRET}data:
  one: {{ randAlphaNum 24 | b64enc }}
  two: {{ randAlphaNum 24 | b64enc }}
  url: {{ printf "postgres://%s@db" (randAlpha 12) | b64enc }}
stringData: { three: {{ randAscii 16 | quote }} }
`,
    'templates/b.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: id }\ndata: { id: "{{ uuidv4 }}" }\n',
  })
  expect(seeded.kind).toBe('seeded')
  expect(again).toBe(live)
})

test('a certificate is found behind its authority, and a hash behind its password', () => {
  const { live, seeded, again } = life({
    'templates/a.yaml': `{{- $ca := genCA "db" 365 }}
{{- $cert := genSignedCert "db" nil nil 365 $ca }}
{{- $password := randAlphaNum 20 }}
${SECRET}data:
  ca.crt: {{ $ca.Cert | b64enc }}
  ca.key: {{ $ca.Key | b64enc }}
  tls.crt: {{ $cert.Cert | b64enc }}
  tls.key: {{ $cert.Key | b64enc }}
  password: {{ $password | b64enc }}
  auth: {{ htpasswd "admin" $password | b64enc }}
  sum: {{ $password | sha256sum | b64enc }}
`,
  })
  expect(seeded.kind).toBe('seeded')
  expect(again).toBe(live)
})

test('what is nowhere to be found is named, by object and field', () => {
  const { seeded } = life({
    'templates/a.yaml': `${SECRET}stringData: { sum: {{ randAlphaNum 20 | sha256sum }}, fine: {{ randAlphaNum 20 }} }\n`,
  })
  expect(seeded).toEqual({ kind: 'refused', fields: ['Secret/apps/db data.sum'] })
})

test('a chart that generates nothing needs no seed', () => {
  const { seeded } = life({ 'templates/a.yaml': `${SECRET}data: { a: eA== }\n` })
  expect(seeded).toEqual({ kind: 'seeded', entries: [] })
})

function sourcesOf(seed: number): GeneratedSources {
  return { random: seededRandom(seed), clock: new VirtualClock() }
}
