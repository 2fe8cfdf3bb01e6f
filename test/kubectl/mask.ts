/** Values that differ between two servers by nature; they become their own name, so that their presence counts. */
const MASKED: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'clusterIP',
  'nodePort',
  'lastTransitionTime',
  'continue',
  'lastPhaseTransitionTime',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
])

const AGE = /^\d+s$/
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** An answer without what no two servers have alike. */
export function mask(value: unknown): unknown {
  if (typeof value === 'string') return AGE.test(value) ? '(age)' : value.replaceAll(UUID, '(uid)')
  if (Array.isArray(value)) return value.map(mask)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if (key === 'clusterIPs') return [key, '(clusterIPs)']
    // The managers of a conflict come in the order of a Go map.
    if (key === 'causes' && Array.isArray(item)) return [key, item.map(mask).toSorted(byText)]
    // A description in a table is empty here, where it is prose there.
    if (key === 'description' && 'priority' in value) return [key, '(description)']
    return [key, MASKED.has(key) && isFilled(item) ? `(${key})` : mask(item)]
  })
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}

/** A field of that name that holds an object, or `None`, says more than that it is there. */
function isFilled(value: unknown): boolean {
  return (
    (typeof value === 'string' && value !== '' && value !== 'None') || typeof value === 'number'
  )
}
