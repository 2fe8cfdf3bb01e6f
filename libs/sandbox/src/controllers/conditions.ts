import { isObject, listAt, stringAt, type JsonObject } from '../json.ts'

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/**
 * The conditions of a status with `next` among them. The transition time moves only when the status of a condition
 * changes; `withUpdateTime` adds the time of the last change of anything (Deployments have it).
 */
export function withConditions(
  status: JsonObject,
  next: readonly Condition[],
  { time, withUpdateTime }: { readonly time: string; readonly withUpdateTime: boolean },
): readonly JsonObject[] {
  const before = listAt(status, 'conditions').filter(isObject)
  const kept = before.filter((old) => !next.some(({ type }) => type === old['type']))
  const changed = next.map((condition): JsonObject => {
    const old = before.find(({ type }) => type === condition.type)
    const isSame = old?.['status'] === condition.status
    const isEqual =
      isSame && old['reason'] === condition.reason && old['message'] === condition.message
    const transition = (isSame ? stringAt(old, 'lastTransitionTime') : undefined) ?? time
    const updated = (isEqual ? stringAt(old, 'lastUpdateTime') : undefined) ?? time
    return {
      lastTransitionTime: transition,
      ...(withUpdateTime ? { lastUpdateTime: updated } : {}),
      ...(condition.message === '' ? {} : { message: condition.message }),
      ...(condition.reason === '' ? {} : { reason: condition.reason }),
      status: condition.status,
      type: condition.type,
    }
  })
  return [...kept, ...changed]
}
