import { field, isJsonObject, type JsonObject } from '@tidemark/manifests'

/** Flux's per-object switches: a label or an annotation, the value in any case (kustomize-controller v1.10). */
const PREFIX = 'kustomize.toolkit.fluxcd.io/'

/**
 * How an object wants to be applied. `override`: fields of other known managers become ours; `merge`: they stay;
 * `if-absent`: only created; `never`: left alone.
 */
export type ApplyMode = 'override' | 'merge' | 'if-absent' | 'never'

const MODES: ReadonlyMap<string, ApplyMode> = new Map([
  ['override', 'override'],
  ['merge', 'merge'],
  ['ifnotpresent', 'if-absent'],
  ['ignore', 'never'],
])

/** The mode that the desired object asks for, unless the live one says that it is to be left alone. */
export function applyMode(desired: JsonObject, live: JsonObject | undefined): ApplyMode {
  if (isSwitched(desired, 'reconcile', 'disabled') || isSwitched(live, 'reconcile', 'disabled'))
    return 'never'
  if (isSwitched(live, 'ssa', 'ignore')) return 'never'
  return MODES.get(switchValue(desired, 'ssa') ?? '') ?? 'override'
}

/** Whether an object may be deleted and created again when a change is refused as immutable. */
export function mayRecreate(desired: JsonObject): boolean {
  return isSwitched(desired, 'force', 'enabled')
}

/** Whether a live object asks not to be pruned. */
export function isPruneDisabled(live: JsonObject): boolean {
  return isSwitched(live, 'prune', 'disabled') || isSwitched(live, 'reconcile', 'disabled')
}

function isSwitched(object: JsonObject | undefined, name: string, value: string): boolean {
  return object !== undefined && switchValue(object, name) === value
}

function switchValue(object: JsonObject, name: string): string | undefined {
  for (const place of ['labels', 'annotations']) {
    const values = field(object, 'metadata', place)
    const found = isJsonObject(values) ? field(values, `${PREFIX}${name}`) : undefined
    if (typeof found === 'string') return found.toLowerCase()
  }
  return undefined
}
