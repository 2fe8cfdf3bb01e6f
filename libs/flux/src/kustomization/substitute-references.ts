import { textOf } from '../flux-object.ts'
import { inputFor, type FluxInput, type Reference } from '../reference.ts'
import type { FluxSpec } from './merge-spec.ts'
import { partOf, recordsOf } from '../read-spec.ts'

/** What `spec.postBuild.substituteFrom` names, in its order. */
export function substituteReferences(spec: FluxSpec, namespace: string): readonly Reference[] {
  return recordsOf(partOf(spec, 'postBuild')['substituteFrom']).map((entry, index) => ({
    kind: entry['kind'] === 'Secret' ? 'Secret' : 'ConfigMap',
    namespace,
    name: textOf(entry['name']),
    optional: entry['optional'] === true,
    field: `${FIELD}[${index}]`,
  }))
}

const FIELD = 'spec.postBuild.substituteFrom'

/** The variables of each of them, in their order: a later one wins. */
export function substituteValues(
  { references }: { readonly references: readonly Reference[] },
  inputs: readonly FluxInput[],
): readonly ReadonlyMap<string, string>[] {
  return references
    .filter(({ field }) => field.startsWith(FIELD))
    .map((reference) => inputFor(reference, inputs) ?? new Map<string, Uint8Array>())
    .map((values) => new Map([...values].map(([name, value]) => [name, textFrom(value)])))
}

function textFrom(value: Uint8Array): string {
  return Buffer.from(value).toString('utf8')
}
