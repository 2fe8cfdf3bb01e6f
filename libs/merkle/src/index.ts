export { formatCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.ts'
export { CompactRange, type NodeSink } from './compact-range.ts'
export { MalformedLogText, TileMissing } from './log-errors.ts'
export {
  checkLogProof,
  formatLogProof,
  parseLogProof,
  type CheckedProof,
  type LogProof,
} from './log-proof.ts'
export {
  newSigner,
  parseSigner,
  parseVerifier,
  type NoteSigner,
  type NoteVerifier,
} from './note-key.ts'
export { proveConsistency, proveInclusion, readRoot, type HashReader } from './proofs.ts'
export { cosignNote, openNote, signNote, type OpenedNote } from './signed-note.ts'
export { tileHashReader } from './tile-hash-reader.ts'
export { openTiledTree, type TiledTree } from './tiled-tree.ts'
export {
  entriesPath,
  tilePath,
  tileWidth,
  TILE_WIDTH,
  type Tile,
  type TileId,
  type TileStore,
} from './tiles.ts'
export { EMPTY_ROOT, HASH_BYTES, hashLeaf, hashNode } from './tree-hash.ts'
export { type TreeNode } from './tree-node.ts'
export {
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './verify-proof.ts'
