/** Fields of a log line. Values are plain; a Secret shows as `[secret]`. */
export type LogFields = Readonly<Record<string, unknown>>

/** Structured lines for operators. Ids belong here, never in a metric's labels. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
