import { expect, test } from 'vitest'
import { openFetching, packed } from '../rig/sources/fetching.ts'
import { startRegistry } from '../rig/sources/registry.ts'
import { reply, startWebServer } from '../rig/sources/web-server.ts'

const FILES = 'application/vnd.cncf.flux.content.v1.tar+gzip'
const layerOf = (files: Readonly<Record<string, string>>) => ({
  mediaType: FILES,
  bytes: packed(files),
})

test('a tag is followed: its files, its revision and where they come from; a look without news is one request', async () => {
  await using registry = await startRegistry()
  await using fetching = await openFetching()
  const digest = registry.push('fleet/apps', 'main', {
    layers: [layerOf({ 'deploy.yaml': 'kind: A\n', 'logo.png': 'x' })],
    annotations: { 'org.opencontainers.image.revision': 'main@sha1:beef' },
  })
  const source = {
    oci: { url: `oci://${registry.server.host}/fleet/apps`, ref: { tag: 'main' }, insecure: true },
  }
  const found = await fetching.look({ source })
  expect(found).toMatchObject({
    kind: 'found',
    revision: `main@${digest}`,
    originRevision: 'main@sha1:beef',
    fileCount: 1,
  })
  expect(await fetching.files(found)).toEqual({ 'deploy.yaml': 'kind: A\n' })
  registry.server.requests.length = 0
  expect(await fetching.look({ source, before: found })).toEqual({ kind: 'unchanged' })
  expect(registry.server.requests).toEqual(['HEAD /v2/fleet/apps/manifests/main -'])
  const moved = registry.push('fleet/apps', 'main', {
    layers: [layerOf({ 'deploy.yaml': 'kind: B\n' })],
  })
  expect(await fetching.look({ source, before: found })).toMatchObject({
    revision: `main@${moved}`,
  })
})

test('the highest tag in a range counts, of those that the filter lets through, over all pages', async () => {
  await using registry = await startRegistry({ tagsPerPage: 2 })
  await using fetching = await openFetching()
  for (const tag of ['6.4.0', 'v6.5.1', '6.5.2-rc.1', 'latest', '6.6.0-alpine', '7.0.0'])
    registry.push('apps', tag, { layers: [layerOf({ tag })] })
  const at = (ref: object) => ({
    oci: { url: `oci://${registry.server.host}/apps`, ref, insecure: true },
  })
  const revision = async (ref: object) => {
    const found = await fetching.look({ source: at(ref) })
    return found.kind === 'found' ? found.revision.replace(/@.*/u, '') : found
  }
  expect(await revision({ semver: '6.x' })).toBe('v6.5.1')
  expect(await revision({ semver: '>=6.0.0-0 <7.0.0', semverFilter: '.*-rc.*' })).toBe('6.5.2-rc.1')
  expect(await revision({ semver: '8.x' })).toMatchObject({ code: 'SOURCE_REF_MISSING' })
  expect(await revision({ semver: 'newest' })).toMatchObject({ code: 'SOURCE_REF' })
  expect(await revision({ semver: '6.x', semverFilter: '(' })).toMatchObject({ code: 'SOURCE_REF' })
})

test('a digest is taken as it is; an index gives what is for no platform or for linux/amd64', async () => {
  await using registry = await startRegistry()
  await using fetching = await openFetching()
  const [arm, amd] = ['arm64', 'amd64'].map((architecture) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: registry.push('apps', '', { layers: [layerOf({ architecture })] }),
    size: 1,
    platform: { os: 'linux', architecture },
  }))
  const index = registry.pushManifest('apps', '', { schemaVersion: 2, manifests: [arm, amd] })
  const oci = { url: `oci://${registry.server.host}/apps`, insecure: true }
  const found = await fetching.look({ source: { oci: { ...oci, ref: { digest: index } } } })
  expect(found).toMatchObject({ revision: index })
  expect(await fetching.files(found)).toEqual({ architecture: 'amd64' })
  const bare = registry.pushManifest('apps', '', { schemaVersion: 2, manifests: [arm] })
  expect(await fetching.look({ source: { oci: { ...oci, ref: { digest: bare } } } })).toMatchObject(
    {
      code: 'SOURCE_LAYER',
    },
  )
})

test('a repository that is not there is named', async () => {
  await using registry = await startRegistry()
  await using fetching = await openFetching()
  for (const ref of [{ semver: '1.x' }, { tag: 'main' }]) {
    const oci = { url: `oci://${registry.server.host}/nothing`, ref, insecure: true }
    const answer = await fetching.look({ source: { oci } })
    expect(answer).toMatchObject({ kind: 'refused' })
    expect(JSON.stringify(answer)).toContain(`${registry.server.host}/nothing`)
  }
})

test('a layer is chosen by its media type, and copied without rules', async () => {
  await using registry = await startRegistry()
  await using fetching = await openFetching()
  const chart = {
    mediaType: 'chart',
    bytes: packed({ 'a.png': 'x', '.sourceignore': 'b\n', b: 'y' }),
  }
  registry.push('apps', 'latest', { layers: [layerOf({ other: '' }), chart] })
  const oci = { url: `oci://${registry.server.host}/apps`, insecure: true, layerMediaType: 'chart' }
  const extracted = await fetching.look({ source: { oci: { ...oci, layerOperation: 'extract' } } })
  expect(Object.keys(await fetching.files(extracted))).toEqual(['.sourceignore', 'a.png'])
  const copied = await fetching.look({ source: { oci: { ...oci, layerOperation: 'copy' } } })
  expect(Object.keys(await fetching.files(copied))).toEqual(['.sourceignore', 'a.png', 'b'])
  const none = await fetching.look({ source: { oci: { ...oci, layerMediaType: 'image' } } })
  expect(none).toMatchObject({ code: 'SOURCE_LAYER' })
})

test.each(['basic', 'bearer'] as const)('credentials of the Secret sign in by %s', async (by) => {
  await using registry = await startRegistry({ login: { username: 'me', password: 'geheim', by } })
  await using fetching = await openFetching()
  registry.push('apps', 'latest', { layers: [layerOf({ a: 'b' })] })
  const source = { oci: { url: `oci://${registry.server.host}/apps`, insecure: true } }
  const config = (password: string) => {
    const auth = Buffer.from(`me:${password}`).toString('base64')
    return { '.dockerconfigjson': JSON.stringify({ auths: { [registry.server.host]: { auth } } }) }
  }
  const look = (credentials?: Readonly<Record<string, string>>) =>
    fetching.look({ source, secrets: credentials === undefined ? {} : { credentials } })
  const found = await look(config('geheim'))
  expect(found).toMatchObject({ kind: 'found' })
  registry.server.requests.length = 0
  const again = { source, secrets: { credentials: config('geheim') }, before: found }
  expect(await fetching.look(again)).toEqual({ kind: 'unchanged' })
  expect(registry.server.requests).toHaveLength(1)
  const wrong = await look(config('falsch'))
  expect(wrong).toMatchObject({ code: 'SOURCE_AUTHENTICATION' })
  expect(JSON.stringify(wrong)).not.toContain('falsch')
  expect(await look()).toMatchObject({ code: 'SOURCE_AUTHENTICATION' })
  const other = {
    '.dockerconfigjson': JSON.stringify({ auths: { 'ghcr.io': { auth: 'bWU6Z2VoZWlt' } } }),
  }
  expect(await look(other)).toMatchObject({ code: 'SOURCE_AUTHENTICATION' })
})

test('storage on another host gives the blobs and never sees the credentials', async () => {
  const bytes = packed({ a: 'b' })
  await using storage = await startWebServer((_, response) => reply(response, 200, bytes))
  const login = { username: 'me', password: 'geheim', by: 'basic' } as const
  await using registry = await startRegistry({ login, storage: storage.url })
  await using fetching = await openFetching()
  registry.push('apps', 'latest', { layers: [{ mediaType: FILES, bytes }] })
  const source = { oci: { url: `oci://${registry.server.host}/apps`, insecure: true } }
  const secrets = { credentials: { username: 'me', password: 'geheim' } }
  expect(await fetching.look({ source, secrets })).toMatchObject({ kind: 'found' })
  expect(storage.requests).toEqual([expect.stringMatching(/^GET \/sha256:[0-9a-f]{64} -$/u)])
})

test('a mirror stands in for a registry: revision and identity stay, and it never sees the credentials', async () => {
  await using registry = await startRegistry()
  const mirrors = [
    { from: 'registry.example.com', scheme: 'http', to: `${registry.server.host}/cache` },
  ] as const
  await using fetching = await openFetching({ mirrors })
  const digest = registry.push('cache/apps', 'main', { layers: [layerOf({ a: 'b' })] })
  const found = await fetching.look({
    source: { oci: { url: 'oci://registry.example.com/apps', ref: { tag: 'main' } } },
    secrets: { credentials: { username: 'me', password: 'geheim' } },
  })
  expect(found).toMatchObject({ revision: `main@${digest}` })
  expect(registry.server.requests.filter((request) => !request.endsWith(' -'))).toEqual([])
})
