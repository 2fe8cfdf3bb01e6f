export { clientOf, type SandboxAnswer, type SandboxClient } from './client.ts'
export { openTestSandbox, type TestSandbox } from './open.ts'
