import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { startBucket } from '../rig/sources/bucket.ts'
import { openFetching } from '../rig/sources/fetching.ts'

const LOGIN = { accesskey: 'AKIA', secretkey: 'geheim/geheim' }

test('the objects of a bucket are its files, over all pages, after the rules; its revision is that of keys and etags', async () => {
  await using bucket = await startBucket('fleet', { login: LOGIN, perPage: 2 })
  await using fetching = await openFetching()
  const texts = {
    'apps/a.yaml': 'a',
    'apps/b c+ü.yaml': 'b',
    'apps/logo.png': 'x',
    'infra/c.yaml': 'c',
    'infra/': '',
  }
  for (const [key, text] of Object.entries(texts)) bucket.objects.set(key, text)
  const at = (more: object = {}) => ({
    bucket: { endpoint: bucket.server.host, bucketName: 'fleet', insecure: true, ...more },
  })
  const secrets = { credentials: LOGIN }
  const found = await fetching.look({ source: at(), secrets })
  expect(await fetching.files(found)).toEqual({
    'apps/a.yaml': 'a',
    'apps/b c+ü.yaml': 'b',
    'infra/c.yaml': 'c',
  })
  const lines = [
    ['apps/a.yaml', 'a'],
    ['apps/b c+ü.yaml', 'b'],
    ['infra/c.yaml', 'c'],
  ].map(([key, text = '']) => `${key} ${hash('md5', text)}\n`)
  expect(found).toMatchObject({ revision: `sha256:${hash('sha256', lines.join(''))}` })
  expect(await fetching.look({ source: at(), secrets, before: found })).toEqual({
    kind: 'unchanged',
  })
  const below = await fetching.look({ source: at({ prefix: 'infra/' }), secrets })
  expect(Object.keys(await fetching.files(below))).toEqual(['infra/c.yaml'])
  bucket.objects.set('.sourceignore', 'apps/\n')
  const ruled = await fetching.look({ source: at({ ignore: '!apps/a.yaml\n' }), secrets })
  expect(Object.keys(await fetching.files(ruled))).toEqual(['apps/a.yaml', 'infra/c.yaml'])
})

test('a bucket that is not there, keys that are wrong, and names that leave the tree are refused by name', async () => {
  await using bucket = await startBucket('fleet', { login: LOGIN })
  await using fetching = await openFetching()
  const look = (bucketName: string, credentials: Readonly<Record<string, string>>) =>
    fetching.look({
      source: { bucket: { endpoint: bucket.server.host, bucketName, insecure: true } },
      secrets: { credentials },
    })
  expect(await look('other', LOGIN)).toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  const wrong = await look('fleet', { ...LOGIN, secretkey: 'falsch' })
  expect(wrong).toMatchObject({ code: 'SOURCE_AUTHENTICATION' })
  expect(JSON.stringify(wrong)).toContain('SignatureDoesNotMatch')
  expect(JSON.stringify(wrong)).not.toContain('falsch')
  expect(await look('fleet', { accesskey: 'AKIA' })).toMatchObject({
    code: 'SOURCE_AUTHENTICATION',
  })
  bucket.objects.set('../other/secret', 'x')
  bucket.server.requests.length = 0
  expect(await look('fleet', LOGIN)).toMatchObject({ code: 'SOURCE_PROTOCOL' })
  expect(bucket.server.requests.filter((request) => !request.startsWith('GET /fleet?'))).toEqual([])
})
