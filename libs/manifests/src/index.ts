export { byCodeUnits, canonicalJson } from './canonical-json.ts'
export { compareForApply, type Stage, stageOf, STAGES } from './apply-order.ts'
export { diffObjects, type FieldChange } from './diff.ts'
export { digestOf, type KeyedDigest, manifestDigest, objectDigest } from './digest.ts'
export {
  apiVersionOf,
  displayName,
  type InventoryId,
  inventoryId,
  type ObjectIdentity,
  parseInventoryId,
  splitApiVersion,
} from './identity.ts'
export {
  field,
  isJsonList,
  isJsonObject,
  type Json,
  jsonEquals,
  jsonFromYaml,
  type JsonObject,
  parseJson,
  textField,
} from './json.ts'
export {
  appliedFields,
  applyEntry,
  displayPath,
  type FieldSet,
  leafPaths,
  managedFields,
  type ManagedFieldsEntry,
  ownsField,
  projectOwned,
  subtractFields,
  uniteFields,
} from './managed-fields.ts'
export {
  type Manifest,
  ManifestRefused,
  readManifest,
  readManifests,
  refuseDuplicates,
} from './manifest.ts'
export { isSecret, redactSecret, replaceSecretValues } from './secrets.ts'
