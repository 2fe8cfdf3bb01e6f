import { KustomizeError } from '../kustomize-error.ts'
import { builtinSchema } from './builtin-schema.ts'
import type { CustomSchema } from './custom-schema.ts'
import type { FieldSchema } from './field-schema.ts'
import { CLUSTER_KINDS, MERGE_KEYS_VERSION, NAMESPACED_KINDS } from './gen/merge-keys.ts'

// In kustomize 5.8.2's list beside those of its OpenAPI document.
const LATER_CLUSTER_KINDS = [
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding',
]
const CLUSTER: ReadonlySet<string> = new Set([...CLUSTER_KINDS, ...LATER_CLUSTER_KINDS])
const NAMESPACED: ReadonlySet<string> = new Set(NAMESPACED_KINDS)

/** Whether the built-in schemas know a type as one without a namespace; `undefined` where they do not know it. */
export function isClusterScoped(apiVersion: string, kind: string): boolean | undefined {
  const name = `${apiVersion} ${kind}`
  if (CLUSTER.has(name)) return true
  return NAMESPACED.has(name) ? false : undefined
}

/**
 * The schemas of one build: the built-in ones, or those of an OpenAPI document that the first kustomization to name one
 * brought. A document that a base brings is added to the built-in schemas where these were needed before; one of the
 * outermost kustomization stands alone. So it is upstream, where this is a global variable.
 */
export class Scopes {
  #custom: CustomSchema | undefined
  #version = ''
  #usesBuiltin = false

  /** Names the schemas to use; only the first call counts. `read` gives the document that the field names. */
  choose(openapi: ReadonlyMap<string, string>, read: (path: string) => CustomSchema): void {
    const path = openapi.get('path')
    const custom = path === undefined ? undefined : read(path)
    if (this.#custom !== undefined || this.#version !== '') return
    const version = openapi.get('version')
    if (custom !== undefined && version !== undefined)
      throw new KustomizeError(
        'KUSTOMIZE_CONFIG',
        'builtin version and custom schema provided, cannot use both',
        { hint: 'take "version" or "path" out of "openapi"' },
      )
    if (version !== undefined && version !== '' && version !== MERGE_KEYS_VERSION)
      throw new KustomizeError(
        'KUSTOMIZE_CONFIG',
        'the specified OpenAPI version is not built in',
        {
          hint: `"openapi.version" can only be ${MERGE_KEYS_VERSION}`,
        },
      )
    this.#custom = custom
    this.#version = version ?? ''
  }

  /** Whether the built-in schemas are all there is; then what is known of a type is the same in every build. */
  get arePlain(): boolean {
    return this.#custom === undefined
  }

  isClusterScoped(apiVersion: string, kind: string): boolean {
    const name = `${apiVersion} ${kind}`
    if (CLUSTER.has(name)) return true
    if (NAMESPACED.has(name)) return false
    this.needBuiltin()
    return this.#custom?.isClusterScoped(apiVersion, kind) ?? false
  }

  schemaOf(apiVersion: string, kind: string): FieldSchema | undefined {
    this.needBuiltin()
    const custom = this.#custom?.schemaOf(apiVersion, kind)
    return custom ?? (this.#usesBuiltin ? builtinSchema(apiVersion, kind) : undefined)
  }

  /** What needs the built-in schemas before others come keeps them beside those. */
  needBuiltin(): void {
    if (this.#custom === undefined) this.#usesBuiltin = true
  }
}
