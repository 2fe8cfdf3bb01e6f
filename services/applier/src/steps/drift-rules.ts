import type { PlanInput } from '@tidemark/apply'
import type { ApplyRequested } from '@tidemark/contracts'
import type { HelmActions } from '@tidemark/flux'
import { KustomizeError, objectSelector, type Selector } from '@tidemark/kustomize'
import { field, isJsonObject, type JsonObject, type Manifest } from '@tidemark/manifests'
import { actionsOf, isHelmRelease } from './deps.ts'

/** How a plan finds what is no drift: nothing of a Kustomization, and what the rules of a HelmRelease say. */
export function ignoring(requested: ApplyRequested): Pick<PlanInput, 'ignored'> {
  if (!isHelmRelease(requested)) return {}
  const actions = actionsOf(requested)
  return { ignored: (manifest) => ignoredPaths(manifest, actions) }
}

/** The JSON pointers of what may differ in an object, by the rules of its HelmRelease. */
function ignoredPaths(
  manifest: Manifest,
  { drift }: Pick<HelmActions, 'drift'>,
): readonly string[] {
  if (isSwitchedOff(manifest)) return WHOLE
  const rules = drift.ignore.filter(
    ({ target }) => target === undefined || isTarget(manifest, target),
  )
  return rules.flatMap(({ paths }) => paths)
}

const WHOLE = ['']

/** An object can switch it off for itself. */
function isSwitchedOff({ object }: Manifest): boolean {
  return ['labels', 'annotations'].some(
    (place) =>
      field(object, 'metadata', place, 'helm.toolkit.fluxcd.io/driftDetection') === 'disabled',
  )
}

/** As a patch of Kustomize finds its target. A rule that cannot be read fits nothing. */
function isTarget({ identity, object }: Manifest, target: Selector): boolean {
  try {
    return objectSelector(target)({
      ...identity,
      labels: textsOf(object, 'labels'),
      annotations: textsOf(object, 'annotations'),
    })
  } catch (error) {
    if (error instanceof KustomizeError) return false
    throw error
  }
}

function textsOf(object: JsonObject, place: 'labels' | 'annotations'): ReadonlyMap<string, string> {
  const values = field(object, 'metadata', place)
  return new Map(
    Object.entries(isJsonObject(values) ? values : {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  )
}
