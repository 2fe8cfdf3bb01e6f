import type { Selector } from '@tidemark/kustomize'
import { isRecord } from './fields.ts'
import { textOf } from './flux-object.ts'

type Spec = Readonly<Record<string, unknown>>

/** The object at a field of a spec that was checked; empty where it is not given. */
export function partOf(spec: Spec, name: string): Spec {
  const found = spec[name]
  return isRecord(found) ? found : {}
}

/** The objects of a list in a spec that was checked; none where it is not given. */
export function recordsOf(value: unknown): readonly Spec[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** Which objects a patch or a rule is for, as `target` says; `undefined`, for all, where it is not given. */
export function targetOf(target: unknown): Selector | undefined {
  if (!isRecord(target)) return undefined
  return {
    group: textOf(target['group']),
    version: textOf(target['version']),
    kind: textOf(target['kind']),
    name: textOf(target['name']),
    namespace: textOf(target['namespace']),
    labelSelector: textOf(target['labelSelector']),
    annotationSelector: textOf(target['annotationSelector']),
  }
}
