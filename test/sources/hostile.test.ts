// Servers and archives that mean harm (RELIABILITY 2, T9 to T12): each ends at a bound, with its named error, and the last
// good artifact stays what it was.
import { hash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startChartRepository } from '../rig/sources/chart-repository.ts'
import { openFetching, packed, packedChart, type Looking } from '../rig/sources/fetching.ts'
import { startRegistry } from '../rig/sources/registry.ts'
import { reply, startWebServer, type Answer } from '../rig/sources/web-server.ts'

const registryAt = (host: string): Looking => ({
  source: { oci: { url: `oci://${host}/apps`, ref: { tag: 'main' }, insecure: true } },
})
const indexAt = (host: string): Looking => ({
  source: { helmRepository: { url: `http://${host}`, type: 'default' } },
})
const bucketAt = (host: string): Looking => ({
  source: { bucket: { endpoint: host, bucketName: 'fleet', insecure: true } },
})

/** Sends without end, as fast as it is read. */
const endless: Answer = ({ method }, response) => {
  if (method === 'HEAD') return reply(response, 404)
  const chunk = Buffer.alloc(256 * 1024, 'a: b\n')
  const send = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', send)
  send()
}

/** Sends one byte now and then. */
const drip: Answer = (_, response) => {
  response.write('a')
  const timer = setInterval(() => response.write('a'), 100)
  response.on('close', () => clearInterval(timer))
}

const image = (layer: object): string =>
  JSON.stringify({ schemaVersion: 2, layers: [{ mediaType: 'x', ...layer }] })

test.each<{
  readonly what: string
  readonly answer: Answer
  readonly look: (host: string) => Looking
  readonly code: string
  readonly timeoutMs?: number
}>([
  {
    what: 'an endless index',
    look: indexAt,
    code: 'SOURCE_SIZE',
    answer: endless,
  },
  {
    what: 'an endless manifest',
    look: registryAt,
    code: 'SOURCE_SIZE',
    answer: endless,
  },
  {
    what: 'an endless listing',
    look: bucketAt,
    code: 'SOURCE_SIZE',
    answer: endless,
  },
  {
    what: 'an index that drips',
    look: indexAt,
    code: 'SOURCE_TIMEOUT',
    timeoutMs: 500,
    answer: drip,
  },
  {
    what: 'a registry that drips',
    look: registryAt,
    code: 'SOURCE_TIMEOUT',
    timeoutMs: 500,
    answer: drip,
  },
  {
    what: 'a bucket that drips',
    look: bucketAt,
    code: 'SOURCE_TIMEOUT',
    timeoutMs: 500,
    answer: drip,
  },
  {
    what: 'an index of which half is written',
    look: indexAt,
    code: 'SOURCE_INDEX',
    answer: (_, response) =>
      reply(
        response,
        200,
        'apiVersion: v1\nentries:\n  a:\n  - name: a\n    version: 1.0.0\n    urls:\n    - a-1.0',
      ),
  },
  {
    what: 'an index that is a web page',
    look: indexAt,
    code: 'SOURCE_INDEX',
    answer: (_, response) => reply(response, 200, '<html>'),
  },
  {
    what: 'an index that breaks off',
    look: indexAt,
    code: 'SOURCE_UNAVAILABLE',
    answer: (_, response) => {
      response.setHeader('content-length', '1000')
      response.write('apiVersion: v1\n')
      setImmediate(() => response.destroy())
    },
  },
  {
    what: 'a manifest that is another than its digest says',
    look: registryAt,
    code: 'SOURCE_DIGEST',
    answer: (request, response) => {
      response.setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`)
      reply(
        response,
        200,
        request.method === 'HEAD' ? '' : image({ digest: `sha256:${'1'.repeat(64)}`, size: 1 }),
      )
    },
  },
  {
    what: 'a layer that claims to be huge',
    look: registryAt,
    code: 'SOURCE_SIZE',
    answer: (_, response) =>
      reply(response, 200, image({ digest: `sha256:${'1'.repeat(64)}`, size: 1e12 })),
  },
  {
    what: 'redirects in a circle',
    look: indexAt,
    code: 'SOURCE_REDIRECT',
    answer: (_, response) => {
      response.setHeader('location', '/index.yaml')
      reply(response, 302)
    },
  },
  {
    what: 'a redirect to the metadata service',
    look: indexAt,
    code: 'SOURCE_ADDRESS',
    answer: (_, response) => {
      response.setHeader('location', 'http://169.254.169.254/latest/meta-data/')
      reply(response, 302)
    },
  },
  {
    what: 'a token to be had at the metadata service',
    look: registryAt,
    code: 'SOURCE_ADDRESS',
    answer: (_, response) => {
      response.setHeader(
        'www-authenticate',
        'Bearer realm="http://169.254.169.254/token",service="x"',
      )
      reply(response, 401)
    },
  },
  {
    what: 'pages of tags without end',
    look: (host) => ({
      source: { oci: { url: `oci://${host}/apps`, ref: { semver: '*' }, insecure: true } },
    }),
    code: 'SOURCE_SIZE',
    answer: (_, response) => {
      response.setHeader('link', '</v2/apps/tags/list?last=a>; rel="next"')
      reply(response, 200, '{"tags":["a"]}')
    },
  },
  {
    what: 'a server that fails',
    look: registryAt,
    code: 'SOURCE_UNAVAILABLE',
    answer: (_, response) => reply(response, 503),
  },
])('$what ends with $code', async ({ answer, look, code, timeoutMs = 20_000 }) => {
  await using server = await startWebServer(answer)
  await using fetching = await openFetching()
  const outcome = await fetching
    .look({ ...look(server.host), timeoutMs })
    .catch((error: unknown) => error)
  expect(outcome).toMatchObject({ code })
})

/** One entry of a tar archive, as no honest tool writes it. */
function tarEntry({
  name,
  type = '0',
  link = '',
  body = '',
}: {
  name: string
  type?: string
  link?: string
  body?: string
}): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\0', 257)
  header.write('00', 263)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)])
}

const tar = (...entries: readonly Buffer[]): Uint8Array =>
  gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))
const CHART_YAML = { name: 'podinfo/Chart.yaml', body: 'name: podinfo\nversion: 1.0.0\n' }
const archives: readonly (readonly [string, Uint8Array, string])[] = [
  ['a name that leaves', tar(tarEntry({ name: '../../etc/passwd', body: 'x' })), 'ARCHIVE_ENTRY'],
  [
    'a hard link',
    tar(tarEntry({ name: 'podinfo/a', type: '1', link: '/etc/passwd' })),
    'ARCHIVE_ENTRY',
  ],
  ['a device', tar(tarEntry({ name: 'podinfo/a', type: '3' })), 'ARCHIVE_ENTRY'],
  ['a file twice', tar(tarEntry(CHART_YAML), tarEntry(CHART_YAML)), 'ARCHIVE_DUPLICATE'],
  ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'ARCHIVE_RATIO'],
  ['half of it', packedChart('podinfo', '1.0.0').subarray(0, 60), 'ARCHIVE_FORMAT'],
]

test.each(archives)(
  'an archive with %s is refused, as a chart and as a layer',
  async (_, bytes, code) => {
    await using charts = await startChartRepository()
    await using registry = await startRegistry()
    await using fetching = await openFetching()
    charts.publish('podinfo', '1.0.0', bytes)
    const upstream = await fetching.upstream(indexAt(charts.server.host))
    const source = { helmChart: { chart: 'podinfo', version: '*' } }
    expect(await fetching.look({ source, upstream })).toMatchObject({ code })
    registry.push('apps', 'main', { layers: [{ mediaType: 'x', bytes }] })
    expect(await fetching.look(registryAt(registry.server.host))).toMatchObject({ code })
  },
)

test.each([
  [
    'a symbolic link',
    tar(tarEntry(CHART_YAML), tarEntry({ name: 'podinfo/a', type: '2', link: '/etc/passwd' })),
    'ARCHIVE_ENTRY',
  ],
  ['no Chart.yaml', packed({ 'podinfo/values.yaml': '' }), 'SOURCE_CHART'],
  ['a Chart.yaml outside of its folder', packed({ 'Chart.yaml': CHART_YAML.body }), 'SOURCE_CHART'],
] as const)('a package with %s is no chart', async (_, bytes, code) => {
  await using charts = await startChartRepository()
  await using fetching = await openFetching()
  charts.publish('podinfo', '1.0.0', bytes)
  const upstream = await fetching.upstream(indexAt(charts.server.host))
  const source = { helmChart: { chart: 'podinfo', version: '*' } }
  expect(await fetching.look({ source, upstream })).toMatchObject({ code })
})

test('a package that is another than the index says is refused', async () => {
  await using charts = await startChartRepository()
  await using fetching = await openFetching()
  charts.publish('podinfo', '1.0.0', packedChart('podinfo', '1.0.0'), {
    digest: hash('sha256', 'other'),
  })
  const upstream = await fetching.upstream(indexAt(charts.server.host))
  const source = { helmChart: { chart: 'podinfo', version: '*' } }
  expect(await fetching.look({ source, upstream })).toMatchObject({ code: 'SOURCE_DIGEST' })
})

test('an operator who allows no loopback allows it to no source', async () => {
  await using server = await startWebServer((_, response) => reply(response, 200, 'never asked'))
  const policy = {
    schemes: ['https', 'http'],
    hosts: [],
    networks: [],
    others: 'public',
    loopback: 'refused',
  } as const
  await using fetching = await openFetching({ policy })
  for (const look of [indexAt, registryAt, bucketAt])
    expect(await fetching.look(look(server.host))).toMatchObject({ code: 'SOURCE_ADDRESS' })
  expect(server.requests).toEqual([])
})
