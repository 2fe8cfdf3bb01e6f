import { event, GitSource, streams } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { findIncludes } from './find-includes.ts'
import { KnownSources } from './known-sources.ts'

/** Sources that include others by name, all of which have been fetched once. */
function sourcesOf(included: Readonly<Record<string, readonly string[]>>): KnownSources {
  const sources = new KnownSources()
  for (const [name, others] of Object.entries(included)) {
    const object = {
      cluster: 'c',
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      namespace: 'n',
      name,
    }
    const includes = others.map((other) => ({ name: other, fromPath: '', toPath: other }))
    const git = GitSource.fromPartial({ url: name, includes })
    const declared = event('SourceDeclared', { sourceId: name, object, git })
    sources.fold(streams.intake(name), 1n, declared)
    const fetched = event('RevisionFetched', {
      sourceId: name,
      sequence: 1n,
      revision: `${name}@1`,
    })
    sources.fold(streams.source(name), 1n, fetched)
  }
  return sources
}

function found(sources: KnownSources, name: string): string {
  const outcome = findIncludes(sources, sources.get(name), 'tell')
  if (outcome.kind === 'found')
    return outcome.includes.map(({ artifact }) => artifact.revision).join()
  return outcome.kind === 'refused' ? outcome.message : outcome.kind
}

test('what is included is found, in the order in which it is named', () => {
  expect(found(sourcesOf({ a: ['c', 'b'], b: [], c: [] }), 'a')).toBe('c@1,b@1')
})

test('a circle is told by its names, wherever it begins', () => {
  const sources = sourcesOf({ a: ['b'], b: ['c'], c: ['b'] })
  expect(found(sources, 'a')).toMatch(/in a circle: a -> b -> c -> b;/u)
  expect(found(sourcesOf({ a: ['a'] }), 'a')).toMatch(/in a circle: a -> a;/u)
})

test('what is included by many ways is gone through once', () => {
  const layers = [0, 1, 2, 3, 4, 5, 6].map((layer) =>
    Array.from({ length: 30 }, (_, at) => `${layer}-${at}`),
  )
  const included = layers.flatMap((names, layer) =>
    names.map((name) => [name, layers[layer + 1] ?? []] as const),
  )
  // Thirty to the power of six ways.
  const sources = sourcesOf(Object.fromEntries([...included, ['top', layers[0] ?? []]]))
  expect(found(sources, 'top').split(',')).toHaveLength(30)
})

test('an object that is not declared is told, and more than can be read are refused', () => {
  expect(found(sourcesOf({ a: ['x'] }), 'a')).toMatch(/GitRepository n\/x .* is not declared/u)
  const names = Array.from({ length: 101 }, (_, at) => `s${at}`)
  const all = Object.fromEntries([['a', names], ...names.map((name) => [name, []])])
  expect(found(sourcesOf(all), 'a')).toMatch(/101 sources are to be included; at most 100/u)
})
