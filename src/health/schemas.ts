import * as z from 'zod'

export const healthSchema = z.object({ status: z.literal('healthy') })

const serviceSchema = z.object({
  status: z.enum(['healthy', 'unhealthy', 'disabled']),
  /** How long the answer took, or was waited for; null where nothing was asked. */
  latency_ms: z.number().nullable(),
  error: z.string().optional(),
})
export type ServiceHealth = z.output<typeof serviceSchema>

export const detailedHealthSchema = z.object({
  status: z.enum(['healthy', 'degraded']),
  services: z.object({ mysql: serviceSchema, redis: serviceSchema, s3: serviceSchema }),
})
export type DetailedHealth = z.output<typeof detailedHealthSchema>

export const apiSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** Where each subject begins. */
  endpoints: z.record(z.string(), z.string()),
})
