export { compileCondition, type Compiled, type Condition } from './compile-condition.ts'
