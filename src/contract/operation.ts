import type { z } from 'zod'
import type { Guard } from '../platform/guard.ts'

/** What the contract says of one route, in the terms of its own handlers. */
export interface Operation {
  method: string
  /** With its parameters as `:name`. */
  path: string
  summary: string
  responses: Record<number, z.ZodType | string>
  body: { schema: z.ZodType; isOptional?: boolean } | null
  query: z.ZodType | null
  header: z.ZodType | null
  guard: Guard | null
  /** Whether it takes `Idempotency-Key`. */
  isRepeatable: boolean
}
