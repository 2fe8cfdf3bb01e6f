import { blobsOf, GitRefused, type Blob, type Files } from '@tidemark/git'
import { assert } from '@tidemark/kernel'
import {
  compareBytes,
  decodeArtifactIndex,
  type ArtifactFile,
  type ArtifactIndex,
} from '@tidemark/source-tree'
import type { ArtifactBlobs } from './artifact-store.ts'
import { cleanPath, isIn } from './sparse-files.ts'

/** An artifact of another source, and where it goes. */
export interface Include {
  /** The object that it is of, for messages. */
  readonly name: string
  readonly artifactBlob: string
  /** A folder of it; empty is all. */
  readonly fromPath: string
  readonly toPath: string
}

/** Files, with those of artifacts in the folders that they are included in. @throws GitRefused SOURCE_PATH */
export async function includeFiles(
  blobs: ArtifactBlobs,
  files: Files,
  includes: readonly Include[],
  signal: AbortSignal,
): Promise<Files> {
  if (includes.length === 0) return files
  const places = [files]
  const tree = [...files.tree]
  for (const include of includes) {
    const index = decodeArtifactIndex(await blobs.get(include.artifactBlob, signal))
    const added = filesIn(blobs, index, include)
    const to = cleanPath(include.toPath)
    const taken = tree.find(({ path }) => isIn(to, path) || isIn(path, to))
    if (taken !== undefined)
      throw refused(
        include,
        `there is ${taken.path} already where it is to go; choose another toPath`,
      )
    places.push(added)
    for (const entry of added.tree) tree.push(entry)
  }
  return {
    tree: tree.toSorted((left, right) => compareBytes(left.path, right.path)),
    blobs: blobsOf(places),
  }
}

/** The files of an artifact. */
export async function artifactFiles(
  blobs: ArtifactBlobs,
  artifactBlob: string,
  signal: AbortSignal,
): Promise<Files> {
  const index = decodeArtifactIndex(await blobs.get(artifactBlob, signal))
  return filesIn(blobs, index, { name: '', artifactBlob, fromPath: '', toPath: '' })
}

function filesIn(blobs: ArtifactBlobs, index: ArtifactIndex, include: Include): Files {
  const [from, to] = [cleanPath(include.fromPath), cleanPath(include.toPath)]
  const chosen = index.files.filter(({ path }) => isIn(from, path))
  if (chosen.length === 0 && from !== '')
    throw refused(include, `it has nothing at ${from}; correct fromPath`)
  const byOrigin = new Map(chosen.map((file) => [file.origin, file]))
  return {
    tree: chosen.map(({ path, mode, origin }) => ({
      path: [to, from === '' ? path : path.slice(from.length + 1)].filter(Boolean).join('/'),
      mode,
      oid: origin,
    })),
    blobs: (oids, signal) =>
      contents(
        oids.flatMap((oid) => byOrigin.get(oid) ?? []),
        (number) => blobs.get(packName(index, number), signal),
      ),
  }
}

/** Contents pack by pack, so that one is in memory at a time. */
async function* contents(
  files: readonly ArtifactFile[],
  getPack: (number: number) => Promise<Uint8Array>,
): AsyncGenerator<Blob> {
  const packed: (ArtifactFile & { readonly pack: number })[] = []
  for (const file of files)
    if (file.mode === '120000') yield { oid: file.origin, bytes: Buffer.from(file.target) }
    else packed.push(file)
  for (const [number, ofPack] of Map.groupBy(packed, ({ pack }) => pack)) {
    const bytes = await getPack(number)
    for (const file of ofPack)
      if (file.mode !== '120000')
        yield { oid: file.origin, bytes: bytes.subarray(file.offset, file.offset + file.size) }
  }
}

function packName({ packs }: ArtifactIndex, number: number): string {
  const pack = packs[number]
  assert(pack !== undefined, `pack ${number} is one of ${packs.length}`)
  return pack.blob
}

function refused({ name }: Include, why: string): GitRefused {
  return new GitRefused('SOURCE_PATH', `spec.include cannot take ${name}: ${why}`)
}
