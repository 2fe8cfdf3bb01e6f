import { pino } from 'pino'
import type { Logger } from '../logger.ts'

/** How much a service says. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** JSON lines on stderr: stdout is data. */
export function pinoLogger(service: string, level: LogLevel): Logger {
  const log = pino({ level, base: { service } }, pino.destination({ dest: 2, sync: true }))
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  }
}
