import * as z from 'zod'
import { dollarsOrZero, MAX_AMOUNT_CENTS } from '../lib/money.ts'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { filter, idText, word } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { ROLES } from '../platform/actor.ts'
import { AUDIT_SUBJECT } from './audit-subjects.ts'
import { USER_STATUS } from './user.ts'

export const verifyBody = z
  .object({ id: z.boolean().optional(), payment: z.boolean().optional() })
  .refine(({ id, payment }) => id !== undefined || payment !== undefined, 'Name id, payment or both')
/** No more than anybody may bid: ten times as much must be an amount still (M18). */
export const depositBody = z.object({
  amount: dollarsOrZero.refine((amount) => amount <= MAX_AMOUNT_CENTS, 'Must be at most 99999999.99'),
})

export const adminUserSchema = z.object({
  id: z.int(),
  clerk_user_id: z.string(),
  email: z.string(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  phone: z.string().nullable(),
  roles: z.array(z.enum(ROLES)),
  status: z.enum(USER_STATUS),
  status_reason: z.string().nullable(),
  is_id_verified: z.boolean(),
  has_payment_method: z.boolean(),
  deposit: dollarsOrZero,
  seller_profile_id: z.int().nullable(),
  created_at: isoTime,
  updated_at: isoTime,
})
export type AdminUser = z.output<typeof adminUserSchema>

export const userListQuery = z.object({
  ...pageQuery(),
  status: filter(z.enum(USER_STATUS)),
  q: filter(word),
})
export type UserListQuery = z.output<typeof userListQuery>
export const userPageSchema = z.object({ users: z.array(adminUserSchema), ...pageFields })
export type UserPage = z.output<typeof userPageSchema>

export const auditEntrySchema = z.object({
  id: z.int(),
  actor_id: z.int().nullable(),
  action: z.string(),
  subject: z.enum(AUDIT_SUBJECT),
  subject_id: z.int(),
  before: z.unknown(),
  after: z.unknown(),
  address: z.string().nullable(),
  request_id: z.string(),
  created_at: isoTime,
})

export const auditListQuery = z.object({
  ...pageQuery(),
  subject: filter(z.enum(AUDIT_SUBJECT)),
  subject_id: filter(idText),
  actor_id: filter(idText),
  action: filter(z.string().regex(/^[a-z_.]{1,48}$/, 'Must be a name such as order.paid')),
})
export type AuditListQuery = z.output<typeof auditListQuery>
export const auditPageSchema = z.object({ audit_log: z.array(auditEntrySchema), ...pageFields })
export type AuditPage = z.output<typeof auditPageSchema>
