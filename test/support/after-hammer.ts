/** Auctions that have ended, and what is negotiated after them. */
import { env } from 'cloudflare:workers'
import { z } from 'zod'
import { createDeps } from '../../src/deps.ts'
import { sweepOffers } from '../../src/offers/apply-due.ts'
import { restoreClock, travel } from '../room/stand.ts'
import { api } from './api.ts'
import { query, select } from './database.ts'
import { createActiveVehicle, createAuction } from './market.ts'
import type { Person } from './people.ts'
import { waitFor } from './wait-for.ts'

const LASTS_MS = 30_000

export interface EndedAuction {
  id: number
  vehicleId: number
}

/** Ends an auction of the seller's with these bids (dollars), and waits until MySQL has it settled. */
export async function endAuction(
  seller: Person,
  bids: readonly (readonly [Person, { amount: number } | { max_bid: number }])[],
  overrides: Record<string, unknown> = {},
): Promise<EndedAuction> {
  const vehicle_id = await createActiveVehicle(seller)
  const ends_at = new Date(Date.now() + LASTS_MS).toISOString()
  const { id } = await createAuction(seller, { vehicle_id, ends_at, ...overrides })
  for (const [as, body] of bids) (await api('POST', `/api/auctions/${id}/bids`, { as, body })).expect(201)
  travel(10 * LASTS_MS)
  await waitFor(async () => {
    await api('GET', `/api/auctions/${id}`)
    const [row] = await query('SELECT settled_at FROM auctions WHERE id = ?', [id])
    return row?.settled_at !== null
  })
  restoreClock()
  return { id, vehicleId: vehicle_id }
}

/** One that ended below its reserve: the seller decides on the high bid of 4 000, behind which others have bid. */
export const endPending = (
  seller: Person,
  high: Person,
  others: readonly (readonly [Person, number])[] = [],
): Promise<EndedAuction> =>
  endAuction(
    seller,
    [...others.map(([person, amount]) => [person, { amount }] as const), [high, { amount: 4_000 }]],
    { reserve_price: 9_000 },
  )

export const decide = (id: number, as: Person, body: object, headers: Record<string, string> = {}) =>
  api('POST', `/api/auctions/${id}/decision`, { as, body, headers })

/** The sweeper's turn at an instant (epoch milliseconds). */
export function sweepOffersAt(now: number): Promise<number> {
  const deps = createDeps(env)
  return sweepOffers({ ...deps, now, requestId: 'sweep' })
}

const instantText = (at: number): string => new Date(at).toISOString().slice(0, -1).replace('T', ' ')

/** Puts the deadline of a decision to an instant. */
export const moveDecision = (auctionId: number, at: number) =>
  query('UPDATE auction_decisions SET deadline_at = ?, next_attempt_at = ? WHERE auction_id = ?', [
    instantText(at),
    instantText(at),
    auctionId,
  ])

/** Puts the deadline of an offer to an instant. */
export const moveOffer = (offerId: number, at: number) =>
  query('UPDATE offers SET expires_at = ?, next_attempt_at = ? WHERE id = ?', [
    instantText(at),
    instantText(at),
    offerId,
  ])

const standSchema = z.object({
  outcome: z.string().nullable(),
  vehicle: z.string(),
  orders: z.coerce.number(),
})

/** What MySQL says of an auction, its vehicle, and how many orders there are. */
export async function standOfAuction({ id }: EndedAuction): Promise<z.output<typeof standSchema>> {
  const [row] = await select(
    standSchema,
    `SELECT a.outcome, v.status AS vehicle, (SELECT COUNT(*) FROM orders o WHERE o.vehicle_id = v.id) AS orders
     FROM auctions a JOIN vehicles v ON v.id = a.vehicle_id WHERE a.id = ?`,
    [id],
  )
  if (row === undefined) throw new Error(`There is no auction ${id}`)
  return row
}

const noticeSchema = z.object({ type: z.string() })

/** Types of what a person was told, by the beginning of its cause, the oldest first. */
export async function toldTypes(person: Person, cause: string): Promise<string[]> {
  const rows = await select(
    noticeSchema,
    'SELECT type FROM notifications WHERE user_id = ? AND cause_key LIKE ? ORDER BY id',
    [person.user.id, `${cause}%`],
  )
  return rows.map(({ type }) => type)
}
