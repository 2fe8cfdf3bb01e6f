/**
 * Runs `work` on each item, at most `limit` at once, in the order of the items. The results keep that order. The first
 * rejection is passed on after the others under way have ended.
 */
export async function eachLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = Array.from({ length: items.length })
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      const item = items[index]
      if (item !== undefined) results[index] = await work(item)
    }
  }
  const workers = Array.from({ length: Math.min(limit, items.length) }, worker)
  const ended = await Promise.allSettled(workers)
  const failed = ended.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return results
}
