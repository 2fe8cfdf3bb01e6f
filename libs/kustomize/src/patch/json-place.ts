import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'

/** Where a JSON pointer leads: a mapping or list, and a key in it. */
export interface Place {
  readonly container: YamlMap | readonly YamlValue[]
  readonly key: string
  /** How many entries there are in the containers on the way, this one included. */
  readonly entries: number
  /** The document with another container there. */
  put(container: YamlValue): YamlValue
}

/** Follows a pointer up to its last part. `undefined` where there is nothing on the way. */
export function placeOf(document: YamlValue, pointer: string): Place | undefined {
  const parts = pointer.split('/')
  if (parts.length < 2) return undefined
  const keys = parts.slice(1).map(unescape)
  const last = keys.pop() ?? ''
  const passed: { container: YamlMap | readonly YamlValue[]; key: string }[] = []
  let entries = 0
  let at: YamlValue | undefined = document
  for (const key of keys) {
    if (!isYamlMap(at) && !isYamlList(at)) return undefined
    passed.push({ container: at, key })
    entries += sizeOf(at)
    at = fieldValue(at, key)
  }
  if (!isYamlMap(at) && !isYamlList(at)) return undefined
  return {
    container: at,
    key: last,
    entries: entries + sizeOf(at),
    put: (container) =>
      passed.reduceRight<YamlValue>(
        (inner, step) => withValue(step.container, step.key, inner),
        container,
      ),
  }
}

function sizeOf(container: YamlMap | readonly YamlValue[]): number {
  return isYamlMap(container) ? container.size : container.length
}

/** A field of a mapping, or an item of a list by its number. */
export function fieldValue(
  container: YamlMap | readonly YamlValue[],
  key: string,
): YamlValue | undefined {
  if (isYamlMap(container)) return container.get(key)
  return /^[-+]?[0-9]{1,15}$/.test(key) ? container.at(Number(key)) : undefined
}

function withValue(
  container: YamlMap | readonly YamlValue[],
  key: string,
  value: YamlValue,
): YamlValue {
  if (isYamlMap(container)) return new Map(container).set(key, value)
  return container.with(Number(key), value)
}

function unescape(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
