import { expect, test } from 'vitest'
import { derivedId } from './ids.ts'
import { FAMILIES, familyOf, idOf, isWriter, refuseWriter, streams, WRITERS } from './streams.ts'
import { askerOf, eventSubject, LEDGER_PATTERNS, ledgerSubjects } from './subjects.ts'
import { token } from './token.ts'

test('a stream is its family and the id behind it', () => {
  expect(streams.deployment('shop', 'eu-west')).toBe('deployment-shop@eu-west')
  expect(familyOf('deployment-shop@eu-west')).toBe('deployment')
  expect(idOf('deployment-shop@eu-west')).toBe('shop@eu-west')
  expect(familyOf('elsewhere-shop')).toBeUndefined()
  expect(familyOf('constructor-shop')).toBeUndefined()
  expect(familyOf('push')).toBeUndefined()
})

test('of all writers, families and types, exactly the table is allowed', () => {
  const types = [...new Set(Object.values(FAMILIES).flatMap(({ events }) => events))]
  const allowed = WRITERS.flatMap((writer) =>
    Object.keys(FAMILIES).flatMap((family) =>
      types
        .filter((type) => refuseWriter(writer, `${family}-x`, type) === undefined)
        .map((type) => `${writer} ${family} ${type}`),
    ),
  )
  const table = Object.entries(FAMILIES).flatMap(([family, { writer, events }]) =>
    events.map((type) => `${writer} ${family} ${type}`),
  )
  expect(allowed.toSorted()).toEqual(table.toSorted())
})

test('a writer that is confined to a cluster writes to what is of that cluster, and to nothing else', () => {
  expect(
    refuseWriter('applier', 'deployment-shop@eu.west', 'ApplyStarted', 'eu~west'),
  ).toBeUndefined()
  expect(
    refuseWriter('applier', 'connection-eu.west', 'ClusterReachabilityChanged', 'eu~west'),
  ).toBeUndefined()
  expect(refuseWriter('applier', 'deployment-shop@us', 'ApplyStarted', 'eu~west')).toContain(
    'confined to cluster',
  )
  expect(refuseWriter('applier', 'deployment-eu~west', 'ApplyStarted', 'us')).toContain(
    'confined to cluster',
  )
  expect(refuseWriter('releaser', 'application-a', 'ReleaseCut', 'eu')).toContain('confined')
})

test('a subject says who asks, and for which scope', () => {
  expect(askerOf(ledgerSubjects.append('fetcher', ''))).toEqual({ writer: 'fetcher', scope: '_' })
  expect(askerOf(ledgerSubjects.read('applier', 'eu.west'))).toEqual({
    writer: 'applier',
    scope: 'eu~west',
  })
  expect(askerOf('tidemark.append.stranger._')).toBeUndefined()
  expect(askerOf('tidemark.append')).toBeUndefined()
  expect(isWriter('stranger')).toBe(false)
  for (const [kind, pattern] of Object.entries(LEDGER_PATTERNS))
    expect(pattern).toBe(`tidemark.${kind}.*.*`)
})

test('what a subject cannot hold does not get into one', () => {
  expect(token('')).toBe('_')
  expect(token('a.b *>c\n')).toBe('a~b~~~c~')
  expect(
    eventSubject({ project: '', cluster: 'eu.1', stream: 'push-a.b', type: 'PushReceived' }),
  ).toBe('tidemark.events._.eu~1.push.PushReceived.a~b')
})

test('an id follows from its parts, and from where one ends and the next begins', () => {
  expect(derivedId('a', 1n, 'b')).toBe(derivedId('a', '1', 'b'))
  expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'))
  expect(derivedId('a')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u,
  )
  expect(derivedId('LeaseTaken', 'applier-eu', 1n)).toBe(derivedId('LeaseTaken', 'applier-eu', 1n))
})
