const UNIQUE_VIOLATION = '23505' // SQLSTATE, Postgres documentation, appendix A.
const EVENT_ID_CONSTRAINT = 'event_id_key' // The name that Postgres gives to `unique` of column id.
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u

/** Whether a statement was refused because a row with such a key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && fieldsOf(error).code === UNIQUE_VIOLATION
}

/** The event id that the log holds already, where an insert failed because of it. Both drivers give these fields. */
export function reusedEventId(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, constraint, detail } = fieldsOf(error)
  if (code !== UNIQUE_VIOLATION || constraint !== EVENT_ID_CONSTRAINT) return undefined
  return UUID.exec(detail)?.[0] ?? ''
}

function fieldsOf(error: Error): Readonly<Record<'code' | 'constraint' | 'detail', string>> {
  const text = (name: string): string => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? value : ''
  }
  return { code: text('code'), constraint: text('constraint'), detail: text('detail') }
}
