/**
 * A Secret or ConfigMap that a Flux object names, what its cluster serves, or the release that Helm itself has installed
 * under the name of a HelmRelease. It is read on the cluster where the object is declared.
 */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap' | 'Capabilities' | 'HelmRelease'
  readonly namespace: string
  readonly name: string
  /** Whether the object can be rendered without it. */
  readonly optional: boolean
  /** It has private keys, which no render is given. */
  readonly use?: 'decrypt'
  /** The field that names it: `spec.postBuild.substituteFrom[0]`. */
  readonly field: string
  /** `first-release`: of no use from then on, and not looked at any more. */
  readonly until?: 'first-release'
}

/** What a reference holds. One that is optional and not there is not given. */
export interface FluxInput extends Pick<Reference, 'kind' | 'namespace' | 'name'> {
  readonly values: ReadonlyMap<string, Uint8Array>
}

/** The values that a reference stands for; `undefined` where it is not there. */
export function inputFor(
  { kind, namespace, name }: Pick<Reference, 'kind' | 'namespace' | 'name'>,
  inputs: readonly FluxInput[],
): ReadonlyMap<string, Uint8Array> | undefined {
  return inputs.find(
    (input) => input.kind === kind && input.namespace === namespace && input.name === name,
  )?.values
}

/** What the API server of a cluster serves: of every cluster there is one. */
export const CAPABILITIES: Reference = {
  kind: 'Capabilities',
  namespace: 'cluster',
  name: 'apis',
  optional: true,
  field: 'spec',
}

/** How `CAPABILITIES` is kept among values. */
export interface ServedApis {
  /** `v1.36.3` */
  readonly kubeVersion: string
  /** `apps/v1` and `apps/v1/Deployment`, as Helm names them. */
  readonly apiVersions: readonly string[]
}

export function encodeCapabilities(apis: ServedApis): ReadonlyMap<string, Uint8Array> {
  const lines = apis.apiVersions.toSorted().join('\n')
  const texts = Object.entries({ kubeVersion: apis.kubeVersion, apiVersions: lines })
  return new Map(texts.map(([key, text]) => [key, Buffer.from(text)]))
}

/** `undefined` where they are not known. */
export function decodeCapabilities(inputs: readonly FluxInput[]): ServedApis | undefined {
  const values = inputFor(CAPABILITIES, inputs)
  if (values === undefined) return undefined
  const text = (key: string): string => Buffer.from(values.get(key) ?? []).toString('utf8')
  return { kubeVersion: text('kubeVersion'), apiVersions: text('apiVersions').split('\n') }
}
