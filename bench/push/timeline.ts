interface Told {
  readonly type: string
  readonly atMs: number
}

/** When the events of the newest push were recorded: per type, how many, and the first and last of them. */
export function timelineText(events: readonly unknown[]): string {
  const told = events.map(toldOf)
  const begun = told.findLastIndex(({ type }) => type === 'PushReceived')
  const zero = told[begun]?.atMs ?? 0
  const byType = Map.groupBy(told.slice(begun), ({ type }) => type)
  const lines = [...byType].map(([type, members]) => {
    const times = members.map(({ atMs }) => atMs - zero).toSorted((left, right) => left - right)
    const at = (share: number): string =>
      String(times[Math.floor((times.length - 1) * share)]).padStart(7)
    return `${type.padEnd(20)}${String(times.length).padStart(5)}${at(0)}${at(0.5)}${at(1)}`
  })
  return [`${'event'.padEnd(20)}count  first   half   last ms`, ...lines].join('\n')
}

function toldOf(event: unknown): Told {
  const record = typeof event === 'object' && event !== null ? event : {}
  return { type: String(Reflect.get(record, 'type')), atMs: Number(Reflect.get(record, 'atMs')) }
}
