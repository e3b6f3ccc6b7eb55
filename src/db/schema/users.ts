import { relations, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core'
import type { Cents } from '../../lib/money.ts'
import type { Role } from '../../platform/actor.ts'
import type { SellerProfileStatus, UserStatus } from '../../users/user.ts'
import { asciiKey, id, instant, reference } from './columns.ts'

export const users = mysqlTable(
  'users',
  {
    id: id(),
    clerk_user_id: asciiKey({ length: 64 }).notNull(),
    email: varchar({ length: 254 }).notNull(),
    first_name: varchar({ length: 100 }),
    last_name: varchar({ length: 100 }),
    phone: varchar({ length: 32 }),
    address_line1: varchar({ length: 200 }),
    address_line2: varchar({ length: 200 }),
    city: varchar({ length: 100 }),
    state: varchar({ length: 50 }),
    zip_code: varchar({ length: 20 }),
    status: asciiKey({ length: 16 }).$type<UserStatus>().notNull().default('active'),
    is_id_verified: boolean().notNull().default(false),
    has_payment_method: boolean().notNull().default(false),
    /** What an admin recorded of the person's deposit: buying power is ten times it (M18). */
    deposit_cents: bigint({ mode: 'number' }).$type<Cents>().notNull().default(sql`0`),
    /** Clerk's own time of the last change taken over from it: its messages may come in any order. */
    clerk_updated_at: instant(),
    /** Why the status is not `active`. */
    status_reason: varchar({ length: 500 }),
    /** Counts changes of `status`; the person's object and the rooms heed only a later one than they have heard of. */
    standing_revision: int().notNull().default(0),
    /** When the person's object is to be told of the last change of `status`; null once it has heard. */
    next_attempt_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('users_clerk_user_id').on(t.clerk_user_id),
    uniqueIndex('users_email').on(t.email),
    index('users_next_attempt').on(t.next_attempt_at),
  ],
)

export const user_roles = mysqlTable(
  'user_roles',
  {
    user_id: reference().notNull(),
    role: asciiKey({ length: 16 }).$type<Role>().notNull(),
    granted_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.role] })],
)

/** One sign-in: its refresh tokens follow one another as generations. */
export const refresh_families = mysqlTable(
  'refresh_families',
  {
    id: asciiKey({ length: 36 }).primaryKey(),
    user_id: reference().notNull(),
    generation: int().notNull().default(0),
    rotated_at: instant().notNull(),
    revoked_at: instant(),
    /** The sign-in's own end; no rotation goes past it. */
    expires_at: instant().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [
    index('refresh_families_user_id').on(t.user_id),
    index('refresh_families_expires_at').on(t.expires_at),
  ],
)

export const seller_profiles = mysqlTable(
  'seller_profiles',
  {
    id: id(),
    user_id: reference().notNull(),
    business_name: varchar({ length: 200 }).notNull(),
    dealer_license: varchar({ length: 64 }),
    tax_id: varchar({ length: 64 }),
    status: asciiKey({ length: 16 }).$type<SellerProfileStatus>().notNull().default('pending'),
    /** Why it was rejected. */
    review_reason: varchar({ length: 500 }),
    reviewed_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('seller_profiles_user_id').on(t.user_id),
    index('seller_profiles_status').on(t.status, t.id),
  ],
)

/** Messages of vendors that were dealt with: each is delivered at least once and counts once. */
export const webhook_messages = mysqlTable(
  'webhook_messages',
  {
    provider: asciiKey({ length: 16 }).notNull(),
    message_id: asciiKey({ length: 128 }).notNull(),
    received_at: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.message_id] }),
    index('webhook_messages_received_at').on(t.received_at),
  ],
)

export const usersRelations = relations(users, ({ many, one }) => ({
  roles: many(user_roles),
  seller_profile: one(seller_profiles, { fields: [users.id], references: [seller_profiles.user_id] }),
}))
export const userRolesRelations = relations(user_roles, ({ one }) => ({
  user: one(users, { fields: [user_roles.user_id], references: [users.id] }),
}))
