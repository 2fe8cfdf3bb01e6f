import { event, streams, type AppendRequest } from '@tidemark/contracts'
import { causeFrom } from '@tidemark/service'
import { expect, test } from 'vitest'
import { Plane } from '../domain/plane.ts'
import { PageDecisions, type Appending } from './page-decisions.ts'

const { signal } = new AbortController()
const cause = causeFrom('a test')

function open(): {
  readonly plane: Plane
  readonly decisions: PageDecisions
  readonly appended: AppendRequest[]
  readonly decide: (position: bigint, id: string, bytes?: number) => void
} {
  const plane = new Plane()
  const appended: AppendRequest[] = []
  const appending: Appending = {
    build: '1',
    crashPoints: { at: () => undefined },
    store: {
      append: (request) => {
        appended.push(request)
        return Promise.resolve()
      },
    },
  }
  const decisions = new PageDecisions(plane, appending, {
    name: 'releaser-0',
    epoch: 1n,
    cursor: 10n,
  })
  const decide = (position: bigint, id: string, bytes = 0): void => {
    decisions.begin(position)
    const objectJson = new Uint8Array(bytes)
    const declared = event('ApplicationDeclared', { applicationId: id, objectJson })
    decisions.record(cause, [{ stream: streams.application(id), event: declared }])
    decisions.end()
  }
  return { plane, decisions, appended, decide }
}

test('a page without decisions moves the cursor, once', async () => {
  const { decisions, appended } = open()
  await decisions.flush(12n, signal)
  await decisions.flush(12n, signal)
  expect(appended.map(({ cursor, events }) => [cursor?.from, cursor?.to, events.length])).toEqual([
    [10n, 12n, 0],
  ])
})

test('what fits goes into one append, with the version that each stream had', async () => {
  const { decisions, appended, decide } = open()
  decide(11n, 'a')
  decide(12n, 'b')
  decide(13n, 'a')
  await decisions.flush(13n, signal)
  expect(appended).toHaveLength(1)
  expect(appended[0]?.expected).toEqual([
    { stream: streams.application('a'), version: 0n },
    { stream: streams.application('b'), version: 0n },
  ])
})

test('a page that is too much is cut between steps, and each part moves the cursor to where it is', async () => {
  const { decisions, appended, decide } = open()
  for (let n = 0n; n < 20n; n += 1n) decide(11n + n, n % 2n === 0n ? 'a' : 'b', 40_000)
  await decisions.flush(40n, signal)
  expect(appended.length).toBeGreaterThan(2)
  let [from, versions] = [10n, 0]
  for (const { cursor, events, expected } of appended) {
    expect(cursor?.from).toBe(from)
    expect(expected.reduce((total, { version }) => total + Number(version), 0)).toBe(versions)
    versions += events.length
    from = cursor?.to ?? from
  }
  expect([from, versions]).toEqual([40n, 20])
})

test('a step that is taken back leaves no event and no version behind', async () => {
  const { plane, decisions, appended, decide } = open()
  decide(11n, 'a')
  decisions.begin(12n)
  for (const id of ['a', 'b'])
    decisions.record(cause, [
      {
        stream: streams.application(id),
        event: event('ApplicationRemoved', { applicationId: id }),
      },
    ])
  decisions.takeBack()
  await decisions.flush(11n, signal)
  expect(appended[0]?.events.map(({ type }) => type)).toEqual(['ApplicationDeclared'])
  expect(appended[0]?.expected).toHaveLength(1)
  expect([plane.applications.has('b'), plane.application('a').removed]).toEqual([false, undefined])
})
