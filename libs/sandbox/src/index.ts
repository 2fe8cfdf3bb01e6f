export type { ApiRequest, ApiResponse } from './api/request.ts'
export { directoryStorage } from './adapters/directory-storage.ts'
export { Faults, type Fault, type FaultRule } from './faults.ts'
export type { Json, JsonObject } from './json.ts'
export { ConnectionCut, SandboxRefusal } from './refusals.ts'
export { RequestCounts } from './request-counts.ts'
export {
  SandboxCore,
  startSandbox,
  type Sandbox,
  type SandboxOptions,
  type ServerOptions,
} from './sandbox.ts'
export type { SandboxStorage } from './storage.ts'
export type { JournalRecord } from './store/object-store.ts'
