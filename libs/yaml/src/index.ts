export { type Flavour } from './flavour.ts'
export { sortByUtf8 } from './json/compare-utf8.ts'
export { parseJson, type ParseJsonOptions } from './json/parse-json.ts'
export { canonicalJson, printJson, type PrintJsonOptions } from './json/print-json.ts'
export { defaultLimits, type YamlLimits } from './limits.ts'
export type {
  CollectionStyle,
  ScalarStyle,
  YamlAlias,
  YamlEntry,
  YamlMapping,
  YamlNode,
  YamlScalar,
  YamlSequence,
} from './node.ts'
export { OrderedMap, PlainScalar, type Printable } from './print/printable.ts'
export type { PrintStyle } from './print/print-style.ts'
export { printYaml, type PrintOptions } from './print/print-yaml.ts'
export { formatFloat32, formatFloat64 } from './numbers/format-float.ts'
export {
  parseDocuments,
  type ParseOptions,
  parseYaml,
  parseYamlStream,
  type ReadOptions,
  toValue,
} from './read.ts'
export { splitHelmManifests, splitKustomizeResources, type TextPart } from './split.ts'
export { isYamlList, isYamlMap, type YamlList, type YamlMap, type YamlValue } from './value.ts'
export {
  YamlError,
  type YamlErrorCode,
  type YamlErrorOptions,
  type YamlPosition,
} from './yaml-error.ts'
