import { expect, test } from 'vitest'
import { peekVersion } from './peek-version.ts'

const version = '"uid":"0d1e-2f","resourceVersion":"4711"'

function line(type: string, head: string): string {
  return `{"type":"${type}","object":{"kind":"Deployment","apiVersion":"apps/v1","metadata":{${head},"generation":7,"labels":{"uid":"no"}}}}`
}

test('an event of a kind of the server itself tells in its first bytes which version it is about', () => {
  expect(peekVersion(line('MODIFIED', `"name":"web.1","namespace":"shop",${version}`))).toEqual({
    name: 'web.1',
    namespace: 'shop',
    uid: '0d1e-2f',
    resourceVersion: '4711',
  })
  expect(peekVersion(line('ADDED', `"name":"system:web",${version}`))?.namespace).toBe('')
  expect(peekVersion(line('DELETED', `"name":"web","namespace":"shop",${version}`))).toBeUndefined()
})

test('what is written in another order, or cut, is read whole', () => {
  const custom = `{"type":"MODIFIED","object":{"apiVersion":"a.dev/v1","kind":"Widget","metadata":{"name":"w",${version}}}}`
  const bookmark = `{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9"}}}`
  for (const other of [custom, bookmark, '{"type":"MODIFIED","object":{"kind":"Po', ''])
    expect(peekVersion(other)).toBeUndefined()
})
