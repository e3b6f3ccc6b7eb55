import { type Cents, isAmount } from '../../lib/money.ts'
import {
  type Acceptance,
  AUCTION_STATUS,
  type Auction,
  type Bid,
  type Bidder,
  type BidderCommand,
  type Decision,
  type EpochMs,
  type LedgerEntry,
  OUTCOME,
  type Position,
  type RejectionCode,
} from './auction.ts'
import { extendEnd } from './deadline.ts'
import { closedCode, followUps, reject, settle } from './decision.ts'
import { placeBid } from './proxy.ts'
import { verdictOf } from './verdict.ts'

type BidCommand = Extract<BidderCommand, { kind: 'bid' }>

/** Judges a bid or a purchase received at `received`, in the order of "Which refusal". */
export function decideBid(
  auction: Auction,
  bidder: Bidder,
  command: BidderCommand,
  received: EpochMs,
): Decision {
  if (command.kind === 'bid' && !isAmount(command.amount)) return reject('amount_invalid')
  const refusal = refuseBidder(auction, bidder)
  if (refusal !== null) return reject(refusal)
  const buyNowPrice = takeablePrice(auction)
  if (command.kind === 'buy_now') {
    return buyNowPrice === null ? reject('buy_now_gone') : buy(auction, bidder, buyNowPrice, received)
  }
  if (buyNowPrice !== null && command.offer === 'exact' && command.amount >= buyNowPrice) {
    return buy(auction, bidder, buyNowPrice, received)
  }
  const tooLittle = refuseAmount(auction, bidder, command)
  if (tooLittle !== null) {
    return reject(tooLittle, tooLittle === 'too_low' ? auction.position.minimumBid : null)
  }
  return bid(auction, bidder, command, received)
}

function refuseBidder({ terms, position }: Auction, bidder: Bidder): RejectionCode | null {
  const closed = closedCode(position)
  if (closed !== null) return closed
  if (position.status !== AUCTION_STATUS.active) return 'not_active'
  const ofOwnProfile = terms.sellerProfileId !== null && bidder.sellerProfileId === terms.sellerProfileId
  if (ofOwnProfile || bidder.bidderId === terms.sellerId) return 'own_auction'
  return bidder.eligible ? null : 'not_eligible'
}

/** R14: the buy-now price while it can be taken, else null. */
function takeablePrice({ terms, position }: Auction): Cents | null {
  return position.leader === null || position.reserveMet === false ? terms.buyNowPrice : null
}

/** R5. */
function refuseAmount({ position }: Auction, bidder: Bidder, { offer, amount }: BidCommand) {
  const { leader, minimumBid } = position
  if (leader?.bidderId === bidder.bidderId) {
    if (offer === 'max') return amount > leader.maximum ? null : 'already_leading'
    if (position.reserveMet !== false) return 'already_leading'
  }
  return minimumBid !== null && amount < minimumBid ? 'too_low' : null
}

function bid(auction: Auction, bidder: Bidder, { offer, amount }: BidCommand, received: EpochMs): Acceptance {
  const { terms, position } = auction
  const offered = describeOffer(auction, bidder, offer, amount)
  const contest = placeBid(terms, position.reservePrice, position, offered)
  const leads = contest.leader?.bidderId === bidder.bidderId
  const placed: Bid = { ...offered, amount: leads ? contest.price : amount }
  const bidderCount = countBidder(position, bidder)
  const number = auction.number + 1
  if (contest.price === position.price) {
    const after = settle(auction, contest, { bidderCount })
    return accept({ number, at: received, events: [{ kind: 'raised', seq: null, bid: placed }], after })
  }
  const seq = auction.seq + 1
  const endsAt = extendEnd(auction, received)
  const extendedCount = position.extendedCount + (endsAt > position.endsAt ? 1 : 0)
  const after = settle(auction, contest, {
    bidderCount,
    bidCount: position.bidCount + 1,
    endsAt,
    extendedCount,
  })
  const events = [{ kind: 'bid', seq, bid: placed } as const, ...followUps(position, after, seq)]
  return accept({ number, at: received, events, after })
}

/** R14: a bid at the buy-now price that ends the auction as sold. */
function buy(auction: Auction, bidder: Bidder, buyNowPrice: Cents, received: EpochMs): Acceptance {
  const { position } = auction
  const bought: Bid = { ...describeOffer(auction, bidder, 'buy_now', buyNowPrice), amount: buyNowPrice }
  const leader = { bidderId: bought.bidderId, alias: bought.alias, maximum: buyNowPrice }
  const after: Position = {
    ...settle(
      auction,
      { leader, price: buyNowPrice },
      {
        bidCount: position.bidCount + 1,
        bidderCount: countBidder(position, bidder),
      },
    ),
    status: AUCTION_STATUS.ended,
    outcome: OUTCOME.sold,
    cancelReason: null,
    minimumBid: null,
  }
  const seq = auction.seq + 1
  const entry: LedgerEntry = {
    number: auction.number + 1,
    at: received,
    events: [
      { kind: 'bought', seq, bid: bought },
      { kind: 'ended', seq: seq + 1 },
    ],
    after,
  }
  return accept(entry)
}

function describeOffer({ position }: Auction, bidder: Bidder, kind: Bid['kind'], offered: Cents) {
  const { bidderId } = bidder
  // R19: aliases follow the order of first accepted bids.
  const alias = bidder.alias ?? `Bidder ${position.bidderCount + 1}`
  return { bidderId, alias, kind, offered, whileLeading: position.leader?.bidderId === bidderId }
}

function countBidder(position: Position, bidder: Bidder): number {
  return position.bidderCount + (bidder.alias === null ? 1 : 0)
}

const accept = (entry: LedgerEntry): Acceptance => ({ rejected: null, entry, verdict: verdictOf(entry) })
