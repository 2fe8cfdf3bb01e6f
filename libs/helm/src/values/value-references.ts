import { GoMap, toBytes } from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'
import { readYamlMap } from '../read-yaml.ts'
import { mergeMaps } from './merge-maps.ts'
import { setValues } from './set-values.ts'

/** One source of values by name, in the order in which they are merged (`spec.valuesFrom` of a HelmRelease). */
export interface ValueReference {
  readonly kind: string
  readonly name: string
  readonly valuesKey?: string
  /** Sets one value, in the grammar of `--set`, instead of merging a document. */
  readonly targetPath?: string
  /** The value at `targetPath` is text as it is. */
  readonly literal?: boolean
  readonly optional?: boolean
}

/** Finds the data of an object; nothing where there is no such object. */
export type FindData = (
  kind: 'ConfigMap' | 'Secret',
  name: string,
) => ReadonlyMap<string, string> | undefined

export interface ReferencedValues {
  readonly namespace: string
  readonly references: readonly ValueReference[]
  /** `spec.values`: over all references. It may be changed where a `targetPath` leads into it, as upstream. */
  readonly values: GoMap
  /** Texts are Go bytes. */
  readonly find: FindData
}

const VALUES_KEY_DEFAULT = 'values.yaml'

/**
 * Values from references and inline, merged as Flux does (pkg/chartutil v1.27.2): documents in their order,
 * inline last; a path that is set goes into what is merged so far. Throws `HelmError` with Flux's text.
 */
export function valuesFromReferences({
  namespace,
  references,
  values,
  find,
}: ReferencedValues): GoMap {
  let result = new GoMap()
  for (const reference of references) {
    const data = dataOf(reference, { namespace, find })
    if (data === undefined) continue
    const { targetPath } = reference
    if (targetPath === undefined || targetPath === '') {
      const below = resolving(reference, namespace, () =>
        readYamlMap(data, { problem: '', code: 'VALUES', type: 'common.Values' }),
      )
      result = mergeMaps(result, below)
      continue
    }
    const target = mergeMaps(result, values)
    resolving(reference, namespace, () =>
      setPath(target, { path: toBytes(targetPath), data, reference }),
    )
    result = target
  }
  return mergeMaps(result, values)
}

function dataOf(
  reference: ValueReference,
  { namespace, find }: Pick<ReferencedValues, 'namespace' | 'find'>,
): string | undefined {
  const { kind, name, optional = false } = reference
  if (kind !== 'ConfigMap' && kind !== 'Secret')
    throw refusal(reference, namespace, 'unsupported values reference kind')
  const data = find(kind, name)
  if (data === undefined) {
    if (optional) return undefined
    throw refusal(reference, namespace, `${kind.toLowerCase()}s "${name}" not found`)
  }
  const value = data.get(keyOf(reference))
  if (value === undefined && !optional) throw refusal(reference, namespace, 'key not found')
  return value
}

function keyOf({ valuesKey }: ValueReference): string {
  return valuesKey === undefined || valuesKey === '' ? VALUES_KEY_DEFAULT : valuesKey
}

function setPath(
  target: GoMap,
  { path, data, reference }: { path: string; data: string; reference: ValueReference },
): void {
  if (reference.literal === true) {
    const escaped = data.replaceAll(/[\\,[\]{}]/g, String.raw`\$&`)
    setValues(`${path}=${escaped}`, target, { style: 'string' })
    return
  }
  const isQuoted =
    (data.startsWith("'") && data.endsWith("'")) || (data.startsWith('"') && data.endsWith('"'))
  const value = isQuoted ? data.replace(/^['"]+/, '').replace(/['"]+$/, '') : data
  setValues(`${path}=${value}`, target, { style: isQuoted ? 'string' : 'typed' })
}

function resolving<T>(reference: ValueReference, namespace: string, resolve: () => T): T {
  try {
    return resolve()
  } catch (error) {
    if (error instanceof HelmError) throw refusal(reference, namespace, error.message, error)
    throw error
  }
}

function refusal(
  reference: ValueReference,
  namespace: string,
  reason: string,
  cause?: unknown,
): HelmError {
  const { kind, name, optional = false } = reference
  const what = `could not resolve${optional ? ' optional' : ''} ${kind} chart values reference`
  const where = `'${namespace}/${name}' with key '${keyOf(reference)}'`
  return new HelmError(
    'VALUES',
    `${what} ${where}: ${reason}`,
    cause === undefined ? {} : { cause },
  )
}
