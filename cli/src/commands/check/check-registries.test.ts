import { createServer } from 'node:http'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { checkImages, registryOf } from './check-registries.ts'

test('the registry of an image is read as container runtimes read it', () => {
  expect(registryOf('nginx')).toBe('docker.io')
  expect(registryOf('library/nginx:1')).toBe('docker.io')
  expect(registryOf('ghcr.io/example/shop@sha256:0')).toBe('ghcr.io')
  expect(registryOf('localhost:5000/shop')).toBe('localhost:5000')
})

test('a registry that asks for a sign-in is there; one that does not answer is named with its image', async () => {
  const server = createServer((_, response) => response.writeHead(401).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const image = `127.0.0.1:${port}/shop:1`
  expect(await checkImages([image])).toMatchObject([{ result: 'ok' }])
  server.close()
  await once(server, 'close')
  const [bad] = await checkImages([image, image])
  expect(bad?.result).toBe('bad')
  expect(bad?.message).toContain(
    `2 images are pulled from 127.0.0.1:${port}, which cannot be reached`,
  )
  expect(bad?.hint).toContain(image)
})
