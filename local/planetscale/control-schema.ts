import { z } from 'zod'

/**
 * A fault of the way to the database; the database itself stays as it is.
 * - `refuse`: the connection is closed and the statement not executed.
 * - `hang`: nothing is executed or answered until the fault is cleared or the client gives up.
 * - `delay`: the statement is executed after `delayMs`.
 * - `lose-answer`: the statement (a COMMIT too) is executed, then the connection is closed.
 * - `refuse-statement`: answered with the SQL error `error` (default: 1406, a permanent one) and not executed.
 *
 * Without more it strikes every statement. `matching` is a regular expression (case-blind) for the statement's
 * text, `skip` lets that many matching ones through first, `times` ends it after so many: the nth statement
 * fails by `{mode, skip: n - 1, times: 1}`.
 */
export const faultSchema = z.object({
  mode: z.enum(['refuse', 'hang', 'delay', 'lose-answer', 'refuse-statement']),
  matching: z.string().optional(),
  skip: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
  delayMs: z.number().min(0).optional(),
  error: z.object({ errno: z.number(), sqlState: z.string(), message: z.string() }).optional(),
})
export type Fault = z.infer<typeof faultSchema>

/** What ran while counting was on, how long the server took, and how many rows it read for it (`Handler_read%`). */
export const countsSchema = z.object({
  calls: z.number(),
  handlerReads: z.number(),
  statements: z.array(z.object({ sql: z.string(), handlerReads: z.number(), durationMs: z.number() })),
})
export type Counts = z.infer<typeof countsSchema>
