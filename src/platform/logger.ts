export { describeError } from '../lib/error-text.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
type Fields = Record<string, unknown>

/** One JSON object a line; `event` names what happened. */
export interface Logger {
  debug(event: string, fields?: Fields): void
  info(event: string, fields?: Fields): void
  warn(event: string, fields?: Fields): void
  error(event: string, fields?: Fields): void
  /** A logger that adds `fields` to every line. */
  with(fields: Fields): Logger
}

export function createLogger(minimum: LogLevel, base: Fields = {}): Logger {
  const threshold = LOG_LEVELS.indexOf(minimum)
  const write = (level: LogLevel) => (event: string, fields?: Fields) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return
    console[level](JSON.stringify({ level, event, ...base, ...fields }))
  }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => createLogger(minimum, { ...base, ...fields }),
  }
}
