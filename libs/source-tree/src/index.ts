export {
  type ArtifactFile,
  type ArtifactIndex,
  type ArtifactLink,
  type ArtifactPack,
  decodeArtifactIndex,
  encodeArtifactIndex,
  type PackedFile,
} from './artifact/artifact-index.ts'
export {
  type ArtifactSource,
  artifactTree,
  type GetBlob,
  openArtifact,
} from './artifact/open-artifact.ts'
export {
  ARCHIVE_BYTES_MAX,
  ARCHIVE_ENTRIES_MAX,
  ARCHIVE_RATIO_MAX,
  readArchive,
  type ArchiveOptions,
} from './read-archive.ts'
export { writeArchive } from './write-archive.ts'
export { type FolderContent, lazyTree, type TreeOrigin } from './lazy-tree.ts'
export { folderTree } from './folder-tree.ts'
export { compileIgnorePattern, type IgnorePattern } from './ignore-pattern.ts'
export { fluxIgnore, type IgnoreFilter, type IgnoreFile } from './ignore-rules.ts'
export {
  encodeReads,
  firstDifference,
  mergeReads,
  type Reads,
  RecordingTree,
} from './recording-tree.ts'
export { SourceError, type SourceErrorCode } from './source-error.ts'
export {
  type EntryKind,
  FILE_BYTES_MAX,
  type FileMode,
  type IndexEntry,
  indexedTree,
  type Listed,
  memoryTree,
  type OnLink,
  sha256Of,
  type SourceTree,
  type Stat,
  TREE_FILES_MAX,
} from './source-tree.ts'
export { artifactDigest, treeDigest } from './tree-digest.ts'
export {
  compareBytes,
  findTwins,
  folderOf,
  joinPath,
  nameOf,
  nameProblem,
  type Twins,
} from './tree-path.ts'
export { compileGlob } from './glob.ts'
