import type { Logger } from './logger.ts'

/** The isolate's own on purpose: its size is the number of services, and each is warned of once. */
const told = new Set<string>()

/** Warns, once in an isolate, that a service is not there because its variables are not set. */
export function warnDisabled(log: Logger, service: string, variables: readonly string[]): void {
  if (told.has(service)) return
  told.add(service)
  log.warn('service_disabled', { service, variables })
}
