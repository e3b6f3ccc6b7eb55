import * as z from 'zod'
import { dollarsOrZero } from '../lib/money.ts'
import { isoTime } from '../lib/time.ts'
import { ROLES } from '../platform/actor.ts'
import { SELLER_PROFILE_STATUS, USER_STATUS } from './user.ts'

export const clerkUserId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'Must be 1–64 of A-Z, a-z, 0-9, _ and -')

/** Text that a form sends: `""` counts as not set. Absent stays absent. */
const formText = (maxLength: number) =>
  z
    .string()
    .trim()
    .max(maxLength)
    .nullable()
    .transform((text) => (text === '' ? null : text))
    .optional()

export const clerkSyncBody = z.object({
  clerk_user_id: clerkUserId,
  email: z.string().trim().pipe(z.email().max(254)),
  first_name: formText(100),
  last_name: formText(100),
})
export type ClerkSync = z.output<typeof clerkSyncBody>

export const refreshBody = z.object({ refresh_token: z.string().optional() })

export const profileBody = z.object({
  first_name: formText(100),
  last_name: formText(100),
  phone: formText(32),
  address_line1: formText(200),
  address_line2: formText(200),
  city: formText(100),
  state: formText(50),
  zip_code: formText(20),
})
export type ProfileChange = z.output<typeof profileBody>

const text = z.string().nullable()

export const userSchema = z.object({
  id: z.int(),
  clerk_user_id: z.string(),
  email: z.string(),
  first_name: text,
  last_name: text,
  phone: text,
  address: z.object({ line1: text, line2: text, city: text, state: text, zip_code: text }),
  role: z.enum(ROLES),
  roles: z.array(z.enum(ROLES)),
  status: z.enum(USER_STATUS),
  is_id_verified: z.boolean(),
  has_payment_method: z.boolean(),
  can_bid: z.boolean(),
  seller_profile: z
    .object({
      id: z.int(),
      business_name: z.string(),
      dealer_license: text,
      status: z.enum(SELLER_PROFILE_STATUS),
      created_at: isoTime,
    })
    .nullable(),
  created_at: isoTime,
})
export type User = z.output<typeof userSchema>

export const sessionSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds until the access token expires. */
  expires_in: z.int(),
  user: userSchema,
})
export type Session = z.output<typeof sessionSchema>

export const userChangedSchema = z.object({ message: z.string(), user: userSchema })
/** A vendor's message: its form is the vendor's, its signature is over the bytes. */
export const messageBody = z.looseObject({})
export const receivedSchema = z.object({ received: z.literal(true) })

/** M18; `held` may be above `limit` where a deposit was lowered since. */
export const buyingPowerSchema = z.object({
  limit: dollarsOrZero,
  held: dollarsOrZero,
  available: dollarsOrZero,
})
