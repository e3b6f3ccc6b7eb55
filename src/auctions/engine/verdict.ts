import type { AuctionEvent, Bid, LedgerEntry, Verdict } from './auction.ts'

type Offered = Extract<AuctionEvent, { kind: 'bid' | 'raised' | 'bought' }>

/** The bid of an entry that is one, with or without a `seq`; null for any other. */
export function bidOf({ events: [first] }: LedgerEntry): (Bid & { readonly seq: number | null }) | null {
  return first !== undefined && isOffered(first) ? { ...first.bid, seq: first.seq } : null
}

/** What the bidder was told of an accepted bid (R3, R21): the entry has all of it. null for what is no bid. */
export function verdictOf(entry: LedgerEntry): Verdict | null {
  const bid = bidOf(entry)
  if (bid === null) return null
  const { leader, price, minimumBid, bidCount, endsAt } = entry.after
  const leading = leader?.bidderId === bid.bidderId
  return {
    bidId: entry.number,
    seq: bid.seq,
    leading,
    // A challenger's bid is above whatever they offered before: it had to be above the price.
    yourMax: leading ? leader.maximum : bid.offered,
    currentBid: price,
    minimumBid,
    bidCount,
    endsAt,
  }
}

const isOffered = (event: AuctionEvent): event is Offered =>
  event.kind === 'bid' || event.kind === 'raised' || event.kind === 'bought'
