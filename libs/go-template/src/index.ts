export {
  fromBuffer,
  fromBytes,
  fromRune,
  runeAt,
  runeCount,
  toBuffer,
  toBytes,
} from './byte-string.ts'
export { Budget, type BudgetLimits } from './budget.ts'
export type { CallContext, ReadKind, TemplateRun, Tracer } from './call-context.ts'
export {
  FunctionError,
  LimitError,
  type LimitCode,
  TemplateError,
  type TemplatePosition,
} from './errors.ts'
export { executeTemplate, type ExecuteOptions } from './execute.ts'
export type { Rehearsal } from './execution.ts'
export { sprintf } from './fmt/printf.ts'
export { quote } from './fmt/quote.ts'
export { fixed, type GoFunction, returningAny, variadic } from './function.ts'
export { decodeBase64 } from './functions/encoding.ts'
export { decodeJson, decodeJsonPrefix } from './functions/json-decode.ts'
export { encodeJson } from './functions/json-encode.ts'
export { baseOf, cleanPath } from './functions/paths.ts'
export { parseUrl } from './functions/url-parse.ts'
export { parseTime } from './time/parse-time.ts'
export { compile as compileRegex, type Regex } from './functions/regex.ts'
export { markedMessage } from './functions/template-functions.ts'
export { fromYamlValue, toYamlValue, yamlText } from './functions/yaml.ts'
export {
  freshValues,
  type GeneratedCall,
  type GeneratedSources,
  type GeneratedValues,
} from './generated-values.ts'
export { helmFunctions } from './helm-functions.ts'
export { helm4Functions } from './functions/must-print.ts'
export {
  createParseCache,
  type FunctionTable,
  type MissingKey,
  type ParseCache,
  TemplateSet,
} from './template-set.ts'
export {
  ANY_MAP,
  ANY_SLICE,
  appendedCapacity,
  compareBytes,
  type Field,
  GoBytes,
  GoInteger,
  goInt,
  goInt64,
  GoMap,
  type GoObject,
  GoSlice,
  isObject,
  kindName,
  type MapType,
  type Methods,
  type SliceType,
  STRING_MAP,
  sliceOf,
  STRING_SLICE,
  STRUCT_MAP,
  typeName,
  type Value,
} from './values.ts'
export { forget, type GeneratedEntry, GeneratedMemory } from './generated-memory.ts'
