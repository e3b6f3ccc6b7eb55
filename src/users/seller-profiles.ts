import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database, Executor, Transaction } from '../db/client.ts'
import { seller_profiles, users } from '../db/schema/users.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import { AUDIT_SUBJECT, recordAudit } from './audit.ts'
import type { OwnSellerProfile, SellerProfileInput } from './seller-schemas.ts'
import { SELLER_PROFILE_STATUS, type SellerProfileStatus, USER_STATUS } from './user.ts'

export type SellerProfileContext = RequestContext & SignedIn & { db: Database }
type Row = typeof seller_profiles.$inferSelect

const profileMissing = () => new AppError('not_found', 'Seller profile not found')

/** A profile as its owner and admins see it; nobody is shown the tax id (M16). */
export function describeProfile(row: Row): OwnSellerProfile {
  const { tax_id, reviewed_at: _, ...shown } = row
  return { ...shown, has_tax_id: tax_id !== null }
}

/** The caller's own. @throws AppError `not_found` */
export async function getSellerProfile(ctx: SellerProfileContext): Promise<OwnSellerProfile> {
  const [row] = await ctx.db
    .select()
    .from(seller_profiles)
    .where(eq(seller_profiles.user_id, ctx.actor.userId))
  if (row === undefined) throw profileMissing()
  return describeProfile(row)
}

/**
 * Makes the caller's profile, or changes it. What an admin approved is looked at again once a name, licence or tax id
 * is another (M16); a tax id that is left out stays.
 */
export async function saveSellerProfile(
  ctx: SellerProfileContext,
  input: SellerProfileInput,
): Promise<OwnSellerProfile> {
  const at = new Date(ctx.now)
  const { userId } = ctx.actor
  const row = await ctx.db.transaction(async (tx) => {
    await tx
      .insert(seller_profiles)
      .values({ ...input, user_id: userId, created_at: at, updated_at: at })
      .onDuplicateKeyUpdate({ set: { user_id: sql`user_id` } })
    const before = await lockProfile(tx, eq(seller_profiles.user_id, userId))
    const changes = changesOf(before, input)
    if (Object.keys(changes).length > 0) {
      await tx
        .update(seller_profiles)
        .set({ ...changes, status: SELLER_PROFILE_STATUS.pending, review_reason: null, updated_at: at })
        .where(eq(seller_profiles.id, before.id))
      await recordAudit(tx, ctx, {
        action: 'seller_profile.changed',
        subject: AUDIT_SUBJECT.sellerProfile,
        subjectId: before.id,
        before: { fields: Object.keys(changes), status: before.status },
        after: { status: SELLER_PROFILE_STATUS.pending },
      })
    }
    return await lockProfile(tx, eq(seller_profiles.user_id, userId))
  })
  return describeProfile(row)
}

function changesOf(row: Row, input: SellerProfileInput): Partial<SellerProfileInput> {
  const { business_name, dealer_license, tax_id } = input
  return {
    ...(business_name === row.business_name ? {} : { business_name }),
    ...(dealer_license === undefined || dealer_license === row.dealer_license ? {} : { dealer_license }),
    ...(tax_id === undefined || tax_id === row.tax_id ? {} : { tax_id }),
  }
}

async function lockProfile(tx: Transaction, which: ReturnType<typeof eq>): Promise<Row> {
  const [row] = await tx.select().from(seller_profiles).where(which).for('update')
  if (row === undefined) throw profileMissing()
  return row
}

/** Joins to a person the profile that an admin has approved: what its name is worth before, nobody knows (M16). */
export const isApprovedProfile = (): SQL | undefined =>
  and(eq(seller_profiles.user_id, users.id), eq(seller_profiles.status, SELLER_PROFILE_STATUS.approved))

/**
 * An admin's word on a profile (M16). Repeating it changes nothing.
 * @throws AppError `not_found`
 */
export async function reviewSellerProfile(
  ctx: SellerProfileContext,
  profileId: number,
  status: SellerProfileStatus,
  reason: string | null,
): Promise<OwnSellerProfile> {
  const at = new Date(ctx.now)
  const row = await ctx.db.transaction(async (tx) => {
    const before = await lockProfile(tx, eq(seller_profiles.id, profileId))
    if (before.status === status && before.review_reason === reason) return before
    await tx
      .update(seller_profiles)
      .set({ status, review_reason: reason, reviewed_at: at, updated_at: at })
      .where(eq(seller_profiles.id, profileId))
    await recordAudit(tx, ctx, {
      action: `seller_profile.${status}`,
      subject: AUDIT_SUBJECT.sellerProfile,
      subjectId: profileId,
      before: { status: before.status, reason: before.review_reason },
      after: { status, reason },
    })
    return { ...before, status, review_reason: reason, updated_at: at }
  })
  return describeProfile(row)
}

export interface PublicSeller {
  userId: number
  id: number
  business_name: string
  dealer_license: string | null
  member_since: Date
}

/** What everyone may know of a seller whom an admin has approved (M16). @throws AppError `not_found` */
export async function findPublicSeller(db: Executor, profileId: number): Promise<PublicSeller> {
  const [row] = await db
    .select({ profile: seller_profiles })
    .from(seller_profiles)
    .innerJoin(users, eq(users.id, seller_profiles.user_id))
    .where(
      and(
        eq(seller_profiles.id, profileId),
        eq(seller_profiles.status, SELLER_PROFILE_STATUS.approved),
        eq(users.status, USER_STATUS.active),
      ),
    )
  if (row === undefined) throw new AppError('not_found', 'Seller not found')
  const { id, user_id, business_name, dealer_license, created_at } = row.profile
  return { id, userId: user_id, business_name, dealer_license, member_since: created_at }
}
