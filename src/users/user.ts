import { ROLES, type Role } from '../platform/actor.ts'

export const USER_STATUS = { active: 'active', suspended: 'suspended', deleted: 'deleted' } as const
export type UserStatus = (typeof USER_STATUS)[keyof typeof USER_STATUS]

export const SELLER_PROFILE_STATUS = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
} as const
export type SellerProfileStatus = (typeof SELLER_PROFILE_STATUS)[keyof typeof SELLER_PROFILE_STATUS]

/** What `BID_REQUIRES` may name. */
export const BID_CHECKS = ['id', 'payment'] as const
export type BidCheck = (typeof BID_CHECKS)[number]

export interface Standing {
  status: UserStatus
  is_id_verified: boolean
  has_payment_method: boolean
}

/** Whether a person may bid: active, and every check in `required` passed (R18). */
export function canBid(standing: Standing, required: readonly BidCheck[]): boolean {
  const passed = { id: standing.is_id_verified, payment: standing.has_payment_method }
  return standing.status === USER_STATUS.active && required.every((check) => passed[check])
}

/** All roles of a person, weakest first. Everyone is a buyer, so that role is stored nowhere. */
export function allRoles(stored: Iterable<Role>): Role[] {
  const held = new Set<Role>([...stored, 'buyer'])
  return ROLES.filter((role) => held.has(role))
}

/** Whether a person may not act at present; `now` in epoch milliseconds. */
export type IsSuspended = (userId: number, now: number) => Promise<boolean>

/** The strongest of a person's roles. */
export const mainRole = (roles: readonly Role[]): Role =>
  ROLES.findLast((role) => roles.includes(role)) ?? 'buyer'
