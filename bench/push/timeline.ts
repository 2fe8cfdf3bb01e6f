interface Told {
  readonly type: string
  readonly atMs: number
}

/** When the events of the newest push were recorded: per type, how many, and the first and last of them. */
export function timelineText(events: readonly unknown[]): string {
  const told = events.map(toldOf)
  const begun = told.findLastIndex(({ type }) => type === 'PushReceived')
  const zero = told[begun]?.atMs ?? 0
  const since = told.slice(begun)
  // A commit gives all of its events one time, and few commits share a millisecond.
  const commits = new Set(since.map(({ atMs }) => atMs)).size
  const byType = Map.groupBy(since, ({ type }) => type)
  const lines = [...byType].map(([type, members]) => {
    const times = members.map(({ atMs }) => atMs - zero).toSorted((left, right) => left - right)
    const at = (share: number): string =>
      String(times[Math.floor((times.length - 1) * share)]).padStart(7)
    return `${type.padEnd(20)}${String(times.length).padStart(5)}${at(0)}${at(0.5)}${at(1)}`
  })
  const title = `${'event'.padEnd(20)}count  first   half   last ms`
  return [title, ...lines, `${since.length} events in about ${commits} commits`].join('\n')
}

function toldOf(event: unknown): Told {
  const record = typeof event === 'object' && event !== null ? event : {}
  return { type: String(Reflect.get(record, 'type')), atMs: Number(Reflect.get(record, 'atMs')) }
}
