import { z } from 'zod'
import { verdictSchema } from '../../../src/auctions/schemas.ts'
import { centsToDollars, dollarsOrZero } from '../../../src/lib/money.ts'
import { LostAnswer, type Reply, type Request } from './api.ts'
import type { Answer, Offer } from './offers.ts'
import type { Person } from './person.ts'

const CREATED = 201
const INTERNAL_ERROR = 500
const refusalSchema = z.object({ code: z.string(), minimum_bid: dollarsOrZero.optional() })

/** An offer's amount as a frame or a body carries it. */
export function amountOf({ kind, cents }: Offer): object {
  if (cents === null) return {}
  return kind === 'max' ? { max_bid: centsToDollars(cents) } : { amount: centsToDollars(cents) }
}

/** An offer as a request under its own id. */
export function requestOf(offer: Offer): Request {
  const path = `/api/auctions/${offer.auctionId}/${offer.kind === 'buy_now' ? 'buy-now' : 'bids'}`
  return {
    method: 'POST',
    path,
    key: offer.id,
    ...(offer.kind === 'buy_now' ? {} : { body: amountOf(offer) }),
  }
}

/** What a reply says of an offer. @throws Error where it is none of the contract's */
export function readAnswer({ status, body }: Reply): Answer {
  if (status !== CREATED) {
    const { code, minimum_bid } = refusalSchema.parse(body)
    return { accepted: false, door: 'http', code, minimumBid: minimum_bid ?? null }
  }
  const verdict = verdictSchema.parse(body)
  return {
    accepted: true,
    door: 'http',
    bidId: verdict.bid_id,
    seq: verdict.seq,
    leading: verdict.leading,
    yourMax: verdict.your_max,
    currentBid: verdict.current_bid,
    minimumBid: verdict.minimum_bid,
    bidCount: verdict.bid_count,
    endsAt: verdict.ends_at.getTime(),
  }
}

/** Sends an offer over HTTP and notes what was answered. @throws LostAnswer */
export async function sendOverHttp(person: Person, offer: Offer, timeoutMs: number): Promise<void> {
  const reply = await person.call({ ...requestOf(offer), timeoutMs })
  // Whatever failed, the bid may be in the ledger.
  if (reply.status >= INTERNAL_ERROR) throw new LostAnswer(`answered ${reply.status}`)
  offer.take(readAnswer(reply))
}
