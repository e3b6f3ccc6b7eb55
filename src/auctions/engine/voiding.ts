import { lowerOf, ZERO_CENTS } from '../../lib/money.ts'
import type {
  Auction,
  AuctionEvent,
  Decision,
  DisclosureChange,
  EpochMs,
  Position,
  Standing,
  StandingBid,
} from './auction.ts'
import { DISCLOSURE_NOTICE_MS, postponeEnd, VOIDING_NOTICE_MS } from './deadline.ts'
import { accept, reject, settle } from './decision.ts'
import { type Contest, replayWithout } from './proxy.ts'

type VoidedEvent = Extract<AuctionEvent, { kind: 'bid_voided' }>

const NOTHING: Contest = { leader: null, price: ZERO_CENTS }

/** Reason of the voidings that M12 causes. */
export const DISCLOSURE_CHANGED_REASON = 'disclosure_changed'

/** R20: voids bids by ledger number in one step; `standing` is every standing bid and reserve change. */
export function decideVoiding(
  auction: Auction,
  bidIds: readonly number[],
  reason: string,
  standing: readonly Standing[],
  received: EpochMs,
): Decision {
  const wanted = new Set(bidIds)
  const voided = standing.filter(
    (item): item is StandingBid => item.type === 'bid' && wanted.has(item.number),
  )
  if (voided.length === 0 || voided.length < wanted.size) return reject('not_voidable')
  const after = positionWithout(auction, voided, standing, postponeEnd(auction, received, VOIDING_NOTICE_MS))
  const silent = voided.every(({ seq }) => seq === null)
  const events = voidingEvents(voided, reason, auction.seq)
  const last = events.at(-1)
  if (silent && last !== undefined && isVisible(auction.position, after)) {
    // Others never learned of these raises, but must learn of what their going changes.
    events[events.length - 1] = { ...last, seq: auction.seq + 1 }
  }
  return accept(auction, received, events, after)
}

/** M12: a changed disclosure voids every standing bid as in R20 and leaves at least 24 h to bid again. */
export function decideDisclosure(
  auction: Auction,
  by: 'seller' | 'admin',
  changes: readonly DisclosureChange[],
  standing: readonly Standing[],
  received: EpochMs,
): Decision {
  const { position } = auction
  if (position.leader !== null && by !== 'admin') return reject('has_bids')
  const seq = auction.seq + 1
  const changed: AuctionEvent = { kind: 'disclosure_changed', seq, changes }
  const voided = standing.filter((item) => item.type === 'bid')
  if (voided.length === 0) return accept(auction, received, [changed], position)
  const after = positionWithout(
    auction,
    voided,
    standing,
    postponeEnd(auction, received, DISCLOSURE_NOTICE_MS),
  )
  const events = [changed, ...voidingEvents(voided, DISCLOSURE_CHANGED_REASON, seq)]
  return accept(auction, received, events, after)
}

function positionWithout(
  auction: Auction,
  voided: readonly StandingBid[],
  standing: readonly Standing[],
  endsAt: EpochMs,
): Position {
  const { terms, position } = auction
  const replayed = replayWithout(terms, standing, new Set(voided.map(({ number }) => number)), NOTHING)
  const contest = { leader: replayed.leader, price: lowerOf(replayed.price, position.price) }
  const counted = voided.filter(({ seq }) => seq !== null).length
  return settle(auction, contest, { bidCount: position.bidCount - counted, endsAt })
}

/** One `bid_voided` for each; a raise without a `seq` is voided without one. */
function voidingEvents(voided: readonly StandingBid[], reason: string, lastSeq: number): VoidedEvent[] {
  let seq = lastSeq
  return voided.map((bid) => ({
    kind: 'bid_voided',
    seq: bid.seq === null ? null : ++seq,
    bidId: bid.number,
    bidderId: bid.bidderId,
    alias: bid.alias,
    amount: bid.amount,
    reason,
  }))
}

function isVisible(before: Position, after: Position): boolean {
  return (
    before.price !== after.price ||
    before.leader?.alias !== after.leader?.alias ||
    before.endsAt !== after.endsAt
  )
}
