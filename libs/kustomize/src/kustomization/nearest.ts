const CHANGES_MAX = 3

/** The name that a misspelt one most likely stands for. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.min(CHANGES_MAX, Math.ceil(name.length / 2)) + 1
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= fewest) continue
    const changes = distance(name.toLowerCase(), each.toLowerCase())
    if (changes < fewest) {
      fewest = changes
      best = each
    }
  }
  return best
}

// Levenshtein, one row at a time. Names of fields are short, and so is what is compared with them.
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at]
    for (let to = 1; to <= right.length; to += 1) {
      const substitute = (row[to - 1] ?? 0) + (left[at - 1] === right[to - 1] ? 0 : 1)
      next.push(Math.min(substitute, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
