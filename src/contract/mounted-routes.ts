import { SWITCHING_PROTOCOLS } from '../lib/server-socket.ts'
import { guardOf } from '../platform/guard.ts'
import { isIdempotent } from '../platform/idempotency.ts'
import { descriptionOf, validationOf } from '../platform/validate.ts'
import type { Operation } from './operation.ts'

/** A route as the app keeps it: one entry for each of its handlers. */
export interface MountedHandler {
  method: string
  path: string
  handler: object
}

/** Every route that is described, in the order in which they are mounted; but sockets, which OpenAPI has no words for. */
export function readOperations(mounted: readonly MountedHandler[]): Operation[] {
  const operations = new Map<string, Operation>()
  for (const { method, path, handler } of mounted) {
    const key = `${method} ${path}`
    const description = descriptionOf(handler)
    if (description !== undefined && !(SWITCHING_PROTOCOLS in description.responses)) {
      const { summary, responses, body = null } = description
      const nothing = { query: null, header: null, guard: null, isRepeatable: false }
      operations.set(key, { method, path, summary, responses, body, ...nothing })
    }
    const operation = operations.get(key)
    if (operation !== undefined) addHandler(operation, handler)
  }
  return [...operations.values()]
}

function addHandler(operation: Operation, handler: object): void {
  operation.guard ??= guardOf(handler) ?? null
  operation.isRepeatable ||= isIdempotent(handler)
  const validation = validationOf(handler)
  if (validation === undefined) return
  const { target, schema } = validation
  if (target === 'json') operation.body = { schema }
  else if (target === 'query') operation.query = schema
  else if (target === 'header') operation.header = schema
  else
    throw new Error(`${operation.method} ${operation.path} takes a ${target}, which the contract cannot say`)
}
