import { assert } from '@tidemark/kernel'
import { type Blob, GitRefused } from '@tidemark/git'
import {
  type ArtifactFile,
  type ArtifactIndex,
  type ArtifactPack,
  type PackedFile,
  sha256Of,
} from '@tidemark/source-tree'
import type { KeptEntry } from './apply-ignore-rules.ts'
import { packsToKeep, PackWriter, type Place } from './artifact-packs.ts'

/** Bytes of all files that are not ignored; every render holds them in memory. */
const ARTIFACT_BYTES_MAX = 512 * 1024 * 1024

/** What a file is apart from its path and mode. */
type Content =
  | {
      readonly kind: 'packed'
      readonly sha256: string
      readonly size: number
      readonly place: Place
    }
  | {
      readonly kind: 'link'
      readonly sha256: string
      readonly size: number
      readonly target: string
    }

/**
 * The contents of a new artifact, by where they came from: those of the artifact before where they are, or moved
 * out of packs that are not worth keeping, and those that have to be read.
 */
export class Contents {
  readonly #contents = new Map<string, Content>()
  readonly #wanted: ReadonlyMap<string, KeptEntry>
  readonly #moved: readonly PackedFile[]
  readonly #packs: readonly ArtifactPack[]
  readonly #writer: PackWriter
  #bytes = 0

  constructor(
    previous: ArtifactIndex,
    entries: readonly KeptEntry[],
    put: (bytes: Uint8Array) => Promise<string>,
  ) {
    this.#wanted = new Map(entries.map((entry) => [keyOf(entry.mode, entry.oid), entry]))
    const reused = new Map(
      previous.files
        .map((file): [string, ArtifactFile] => [keyOf(file.mode, file.origin), file])
        .filter(([key]) => this.#wanted.has(key)),
    )
    const packed = [...reused.values()].filter((file) => file.mode !== '120000')
    const kept = packsToKeep(previous.packs, distinct(packed))
    this.#packs = previous.packs
    this.#writer = new PackWriter(
      kept.map((number) => packAt(previous.packs, number)),
      put,
    )
    for (const file of reused.values()) if (file.mode === '120000') this.#setLink(file.origin, file)
    for (const file of packed) this.#reuse(file, kept.indexOf(file.pack))
    this.#moved = packed.filter(({ pack }) => !kept.includes(pack))
  }

  /** Takes what is still used out of packs that are given up. */
  async move(get: (blob: string) => Promise<Uint8Array>): Promise<void> {
    const byPack = Map.groupBy(this.#moved, ({ pack }) => pack)
    for (const [number, files] of byPack) {
      const pack = await get(packAt(this.#packs, number).blob)
      for (const { origin, offset, size } of files)
        await this.#add(origin, pack.subarray(offset, offset + size))
    }
  }

  /** Reads what is not here yet. */
  async read(blobs: (oids: readonly string[]) => AsyncIterable<Blob>): Promise<void> {
    const missing = [...this.#wanted].filter(([key]) => !this.#contents.has(key))
    if (missing.length === 0) return
    const oids = new Set(missing.map(([, { oid }]) => oid))
    for await (const { oid, bytes } of blobs([...oids])) {
      this.#bytes += bytes.length
      if (this.#bytes > ARTIFACT_BYTES_MAX) throw tooLarge()
      const target = Buffer.from(bytes).toString('utf8')
      if (this.#wanted.has(keyOf('120000', oid)))
        this.#setLink(oid, { sha256: sha256Of(bytes), size: bytes.length, target })
      if (this.#wanted.has(keyOf('100644', oid))) await this.#add(oid, bytes)
    }
  }

  /** Puts the last pack. */
  finish(): Promise<readonly ArtifactPack[]> {
    return this.#writer.finish()
  }

  fileOf({ path, mode, oid }: KeptEntry): ArtifactFile {
    const content = this.#contents.get(keyOf(mode, oid))
    assert(content !== undefined, `the content of ${path} was read or is known`)
    const { sha256, size } = content
    const described = { path, sha256, size, origin: oid }
    if (content.kind === 'link') return { ...described, mode: '120000', target: content.target }
    assert(mode !== '120000', `${path} is a link and has a target`)
    return { ...described, mode, ...content.place }
  }

  #reuse({ sha256, size, origin, offset }: PackedFile, pack: number): void {
    if (pack < 0) return
    const place = this.#writer.note(sha256, { pack, offset })
    this.#contents.set(keyOf('100644', origin), { kind: 'packed', sha256, size, place })
  }

  #setLink(
    origin: string,
    link: { readonly sha256: string; readonly size: number; readonly target: string },
  ): void {
    const { sha256, size, target } = link
    this.#contents.set(keyOf('120000', origin), { kind: 'link', sha256, size, target })
  }

  async #add(origin: string, bytes: Uint8Array): Promise<void> {
    const sha256 = sha256Of(bytes)
    const place = await this.#writer.add(sha256, bytes)
    this.#contents.set(keyOf('100644', origin), {
      kind: 'packed',
      sha256,
      size: bytes.length,
      place,
    })
  }
}

/** One blob may be a link's target in one place and a file in another. */
function keyOf(mode: KeptEntry['mode'], origin: string): string {
  return `${mode === '120000' ? 'link' : 'file'} ${origin}`
}

/** Files that share a place count once. */
function distinct(files: readonly PackedFile[]): readonly PackedFile[] {
  return [
    ...new Map(files.map((file) => [`${file.pack} ${file.offset} ${file.size}`, file])).values(),
  ]
}

function packAt(packs: readonly ArtifactPack[], number: number): ArtifactPack {
  const pack = packs[number]
  assert(pack !== undefined, `pack ${number} is one of ${packs.length}`)
  return pack
}

function tooLarge(): GitRefused {
  return new GitRefused(
    'SOURCE_SIZE',
    `the files of the source have more than ${ARTIFACT_BYTES_MAX} bytes; leave out what is not delivered by .sourceignore or spec.ignore`,
  )
}
