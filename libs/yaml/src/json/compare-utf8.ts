const SURROGATE_FIRST = 0xd800
const SURROGATE_LAST = 0xdfff

/**
 * The order of two texts by their UTF-8 bytes, which is that of their code points. JavaScript compares UTF-16 units,
 * where characters beyond 16 bits come before U+E000.
 */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    if (left < SURROGATE_FIRST || right < SURROGATE_FIRST) return left - right
    return rank(left) - rank(right)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit <= SURROGATE_LAST ? unit + 0x1_0000 : unit
}

/** Keys in that order. Most lists have it already. */
export function sortByUtf8(keys: Iterable<string>): readonly string[] {
  const list = Array.from(keys)
  let previous = ''
  for (const key of list) {
    if (compareUtf8(previous, key) > 0) return list.toSorted(compareUtf8)
    previous = key
  }
  return list
}
