import { blobsOf, GitRefused, type Blob, type Files } from '@tidemark/git'
import { compareBytes, sha256Of } from '@tidemark/source-tree'
import { isYamlMap, parseYamlStream, printYaml, YamlError, type YamlMap } from '@tidemark/yaml'
import { isPutTogetherWith } from '../domain/source.ts'
import type { Included, Repositories } from '../ports.ts'
import { storeArtifact, type ArtifactBlobs } from './artifact-store.ts'
import { composeFiles, type Composed } from './compose-files.ts'
import { artifactFiles } from './include-files.ts'

/** Artifacts that are put together from those of other sources, as an ArtifactGenerator says. */
export function composedArtifacts(blobs: ArtifactBlobs): Repositories {
  return {
    observe: async ({ declared, known, includes = [] }, signal) => {
      const artifacts = includes.map(({ artifact }) => artifact)
      const isMade = known.sequence > 0n && isPutTogetherWith(known, artifacts)
      if (isMade && known.failing === undefined) return { kind: 'unchanged' }
      const { copies = [], revisionOf = '', originRevisionOf = '' } = declared.composed ?? {}
      try {
        const files = await filesOf(blobs, { includes, copies }, signal)
        const previous = known.artifactBlob === '' ? {} : { previous: known.artifactBlob }
        const kept = await storeArtifact(blobs, { ...files, ignore: '', ...previous }, signal)
        return {
          kind: 'found',
          revision: revisionIn(includes, revisionOf) ?? `latest@sha256:${kept.digest}`,
          originRevision: revisionIn(includes, originRevisionOf) ?? '',
          artifactDigest: kept.digest,
          artifactBlob: kept.blob,
          fileCount: kept.files,
          byteCount: kept.bytes,
          includes: artifacts,
          forced: false,
        }
      } catch (error) {
        if (!(error instanceof GitRefused)) throw error
        return { kind: 'refused', code: error.code, message: error.message }
      }
    },
  }
}

function revisionIn(includes: readonly Included[], alias: string): string | undefined {
  return includes.find(({ include }) => include.toPath === alias)?.artifact.revision
}

async function filesOf(
  blobs: ArtifactBlobs,
  {
    includes,
    copies,
  }: {
    readonly includes: readonly Included[]
    readonly copies: Parameters<typeof composeFiles>[1]
  },
  signal: AbortSignal,
): Promise<Files> {
  const sources = new Map<string, Files>()
  for (const { include, artifactBlob } of includes)
    sources.set(include.toPath, await artifactFiles(blobs, artifactBlob, signal))
  const trees = new Map([...sources].map(([alias, { tree }]) => [alias, tree]))
  const read = blobsOf([...sources.values()])
  const merged = new Map<string, Uint8Array>()
  const tree: Files['tree'][number][] = []
  for (const composed of composeFiles(trees, copies)) {
    const [only] = composed.parts
    if (composed.parts.length > 1) {
      const bytes = await mergeParts(composed, read, signal)
      const oid = sha256Of(bytes)
      merged.set(oid, bytes)
      tree.push({ path: composed.path, mode: '100644', oid })
    } else if (only !== undefined)
      tree.push({ path: composed.path, mode: only.mode, oid: only.oid })
  }
  return {
    tree: tree.toSorted((left, right) => compareBytes(left.path, right.path)),
    blobs: (oids, ending) => withMerged(oids, merged, read, ending),
  }
}

async function* withMerged(
  oids: readonly string[],
  merged: ReadonlyMap<string, Uint8Array>,
  read: Files['blobs'],
  signal: AbortSignal,
): AsyncGenerator<Blob> {
  for (const oid of oids) {
    const bytes = merged.get(oid)
    if (bytes !== undefined) yield { oid, bytes }
  }
  yield* read(
    oids.filter((oid) => !merged.has(oid)),
    signal,
  )
}

const STRICT = { flavour: 'yaml2', duplicateKeys: 'error' } as const

/** Maps in maps are merged, all else is taken from the later file: as Helm merges files of values. */
async function mergeParts(
  { path, parts }: Composed,
  read: Files['blobs'],
  signal: AbortSignal,
): Promise<Uint8Array> {
  let merged: YamlMap = new Map()
  for (const { oid } of parts)
    for await (const { bytes } of read([oid], signal)) merged = mergeAll(merged, path, bytes)
  return Buffer.from(printYaml(merged, 'yaml2'))
}

/** All documents of a text are merged, one after another. */
function mergeAll(base: YamlMap, path: string, text: Uint8Array): YamlMap {
  try {
    return parseYamlStream(text, STRICT).reduce<YamlMap>((merged, document) => {
      if (document === null) return merged
      if (!isYamlMap(document)) throw notMerged(path, 'it is no map')
      return mergeMaps(merged, document)
    }, base)
  } catch (error) {
    throw error instanceof YamlError ? notMerged(path, error.message) : error
  }
}

function mergeMaps(base: YamlMap, over: YamlMap): YamlMap {
  const merged = new Map(base)
  for (const [key, value] of over) {
    const before = merged.get(key)
    const both = isYamlMap(before) && isYamlMap(value)
    merged.set(key, both ? mergeMaps(before, value) : value)
  }
  return merged
}

function notMerged(path: string, why: string): GitRefused {
  return new GitRefused(
    'SOURCE_PATH',
    `${path} cannot be merged: ${why}; copy it with the strategy Overwrite`,
  )
}
