/** A Secret or ConfigMap that a Flux object names. It is read on the cluster where the object is declared. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
  /** Whether the object can be rendered without it. */
  readonly optional: boolean
  /** The field that names it: `spec.postBuild.substituteFrom[0]`. */
  readonly field: string
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
