import type { HostileEngine } from './engine.ts'
import { envsubst } from './envsubst-rows.ts'
import { helm } from './helm-rows.ts'
import { kustomize } from './kustomize-rows.ts'

/** Every engine by name. A new one is a file of rows and a line here. */
export const engines: Readonly<Record<string, HostileEngine>> = { kustomize, envsubst, helm }
