export { EnvsubstError, type EnvsubstErrorCode } from './envsubst-error.ts'
export { substitute, type SubstituteOptions } from './substitute.ts'
export { collectVariables } from './variables.ts'
