import { eq, inArray } from 'drizzle-orm'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Executor, Transaction } from '../db/client.ts'
import { offers } from '../db/schema/offers.ts'
import { seller_profiles, users } from '../db/schema/users.ts'
import type { Actor } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { isApprovedProfile } from '../users/seller-profiles.ts'
import {
  OFFER_KIND,
  OFFER_SIDE,
  OFFER_STATUS,
  type OfferSide,
  type Round,
  statusAt,
  turnOf,
} from './offer.ts'
import type { Offer } from './schemas.ts'

export type OfferRow = typeof offers.$inferSelect

export const offerMissing = () => new AppError('not_found', 'Offer not found')

/** `standing_key` of a round that stands. */
export const listingKey = (vehicleId: number, buyerId: number): string => `${vehicleId}:${buyerId}`
/** `standing_key` of a second chance: one at a time for a vehicle (M3). */
export const secondChanceKey = (vehicleId: number): string => `${vehicleId}:next`

/** What a row that stands no more is without. */
export const NOT_STANDING = { standing_key: null, next_attempt_at: null }

export const roundOf = (row: OfferRow): Round => ({
  kind: row.kind,
  status: row.status,
  madeBy: row.made_by,
  amount: row.amount_cents,
  round: row.round,
  expiresAt: row.expires_at.getTime(),
})

/** Which side of an offer a person is on; null where they are not party to it. */
export function sideOf({ buyer_id, seller_id }: Pick<OfferRow, 'buyer_id' | 'seller_id'>, userId: number) {
  if (userId === buyer_id) return OFFER_SIDE.buyer
  return userId === seller_id ? OFFER_SIDE.seller : null
}

/** The offer for one of its two sides. @throws AppError `not_found` for everybody else */
export async function requireParty(
  db: Executor,
  offerId: number,
  { userId }: Actor,
): Promise<{ row: OfferRow; side: OfferSide }> {
  const [row] = await db.select().from(offers).where(eq(offers.id, offerId))
  const side = row === undefined ? null : sideOf(row, userId)
  if (row === undefined || side === null) throw offerMissing()
  return { row, side }
}

/** The offer, held until the transaction ends. Whoever locks its vehicle too does that first. @throws AppError `not_found` */
export async function lockOffer(tx: Transaction, offerId: number): Promise<OfferRow> {
  const [row] = await tx.select().from(offers).where(eq(offers.id, offerId)).for('update')
  if (row === undefined) throw offerMissing()
  return row
}

/** What stands by its key, whether or not its time is over; null where nothing does. */
export async function findStanding(db: Executor, standingKey: string): Promise<OfferRow | null> {
  const [row] = await db.select().from(offers).where(eq(offers.standing_key, standingKey))
  return row ?? null
}

/** A row that was just inserted by its key, or null. */
export async function findByCreationKey(db: Executor, creationKey: string): Promise<OfferRow | null> {
  const [row] = await db.select().from(offers).where(eq(offers.creation_key, creationKey))
  return row ?? null
}

/** Offers as one person sees them at `now` (epoch milliseconds), in the rows' order. */
export async function describeOffers(
  db: Executor,
  rows: readonly OfferRow[],
  viewerId: number,
  now: number,
): Promise<Offer[]> {
  if (rows.length === 0) return []
  const names = await readNames(
    db,
    rows.flatMap(({ buyer_id, seller_id }) => [buyer_id, seller_id]),
  )
  const partyOf = (id: number) => ({ id, display_name: names.get(id) ?? `User ${id}` })
  return rows.map((row) => {
    const round = roundOf(row)
    return {
      id: row.id,
      kind: row.kind,
      vehicle_id: row.vehicle_id,
      auction_id: row.auction_id,
      buyer: hidesBuyer(row, viewerId)
        ? { id: null, display_name: row.buyer_alias ?? 'Bidder' }
        : partyOf(row.buyer_id),
      seller: partyOf(row.seller_id),
      made_by: row.made_by,
      amount: row.amount_cents,
      currency: CURRENCY,
      message: row.message,
      round: row.round,
      previous_id: row.previous_id,
      status: statusAt(round, now),
      your_turn: turnOf(round, now) === sideOf(row, viewerId),
      expires_at: row.expires_at,
      created_at: row.created_at,
      updated_at: row.updated_at,
    }
  })
}

/** R19: sellers see aliases until the sale. */
const hidesBuyer = (row: OfferRow, viewerId: number): boolean =>
  row.kind === OFFER_KIND.secondChance && row.status !== OFFER_STATUS.accepted && viewerId !== row.buyer_id

export async function describeOffer(
  db: Executor,
  row: OfferRow,
  viewerId: number,
  now: number,
): Promise<Offer> {
  const [offer] = await describeOffers(db, [row], viewerId, now)
  if (offer === undefined) throw offerMissing()
  return offer
}

/** First name and initial, or the business: enough to know somebody again, too little to find them. */
async function readNames(db: Executor, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await db
    .select({
      id: users.id,
      first_name: users.first_name,
      last_name: users.last_name,
      business_name: seller_profiles.business_name,
    })
    .from(users)
    .leftJoin(seller_profiles, isApprovedProfile())
    .where(inArray(users.id, [...new Set(ids)]))
  return new Map(
    rows.map(({ id, first_name, last_name, business_name }) => {
      const initial = last_name ? ` ${last_name.slice(0, 1)}.` : ''
      return [id, business_name ?? (first_name ? `${first_name}${initial}` : `User ${id}`)]
    }),
  )
}
