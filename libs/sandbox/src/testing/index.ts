export { clientOf, type SandboxAnswer, type SandboxClient } from './client.ts'
