/** What seller and high bidder answer each other after the hammer, and how an auction stands then. */
import type { z } from 'zod'
import { shownAuctionSchema } from '../../src/auctions/schemas.ts'
import { decidedSchema } from '../../src/offers/schemas.ts'
import { decide, type EndedAuction } from './after-hammer.ts'
import { api } from './api.ts'
import type { Person } from './people.ts'

export const ACCEPT = { action: 'accept' }
export const DECLINE = { action: 'decline' }
export const counter = (amount: number) => ({ action: 'counter', amount })

/** As `standOfAuction` tells it. */
export const UNSOLD = { outcome: 'unsold', vehicle: 'active', orders: 0 }
export const SOLD = { outcome: 'sold', vehicle: 'sold', orders: 1 }
export const PENDING = { outcome: 'pending_seller', vehicle: 'in_auction', orders: 0 }

export async function decided(
  { id }: EndedAuction,
  as: Person,
  body: object,
): Promise<z.input<typeof decidedSchema>> {
  return (await decide(id, as, body)).expect(200).as(decidedSchema)
}

export async function shownTo(
  { id }: EndedAuction,
  as?: Person,
): Promise<z.input<typeof shownAuctionSchema>> {
  return (await api('GET', `/api/auctions/${id}`, { as })).expect(200).as(shownAuctionSchema)
}
