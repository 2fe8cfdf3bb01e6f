/** What was measured several times. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Throws for an empty list: a median of nothing is a mistake of the bench. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right)
  const [min, max, median] = [sorted[0], sorted.at(-1), sorted[Math.floor(sorted.length / 2)]]
  if (min === undefined || max === undefined || median === undefined)
    throw new Error('nothing was measured')
  return { median, min, max }
}

/** `1.43 (1.31 to 1.62)` */
export function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`
}
