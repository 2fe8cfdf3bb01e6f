import { field, isJsonList, type Json, type JsonObject, textField } from '@tidemark/manifests'

/** `status.conditions` of an object; empty where there are none. */
export function statusConditions(live: JsonObject): readonly Json[] {
  const conditions = field(live, 'status', 'conditions')
  return isJsonList(conditions) ? conditions : []
}

export function condition(live: JsonObject, type: string): Json | undefined {
  return statusConditions(live).find((candidate) => textField(candidate, 'type') === type)
}

export function isTrue(candidate: Json | undefined, type: string): boolean {
  return textField(candidate, 'type') === type && textField(candidate, 'status') === 'True'
}

/** The number at a path, or `absent` where there is none. */
export function numberAt(value: Json, absent: number, ...path: readonly string[]): number {
  const found = field(value, ...path)
  return typeof found === 'number' ? found : absent
}
