import { relations } from 'drizzle-orm'
import { boolean, index, int, mysqlTable, primaryKey, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { Role } from '../../platform/actor.ts'
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
    status: asciiKey({ length: 16 }).$type<'active' | 'suspended' | 'deleted'>().notNull().default('active'),
    is_id_verified: boolean().notNull().default(false),
    has_payment_method: boolean().notNull().default(false),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [uniqueIndex('users_clerk_user_id').on(t.clerk_user_id), uniqueIndex('users_email').on(t.email)],
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
    status: asciiKey({ length: 16 })
      .$type<'pending' | 'approved' | 'rejected'>()
      .notNull()
      .default('pending'),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [uniqueIndex('seller_profiles_user_id').on(t.user_id)],
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
