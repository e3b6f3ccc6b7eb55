import { OUTCOME } from '../../../src/auctions/engine/auction.ts'
import { MILEAGE } from '../clients/seller.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { AuctionRow, BidRow } from '../evidence/mysql-rows.ts'
import { isPastRoom } from './check-moves.ts'
import { checkSale, expectSale } from './check-sale.ts'
import { compareRows, type Plain } from './compare-rows.ts'
import type { History } from './history.ts'

/** MySQL is the fold of the ledger, and what follows from an end has followed once. */
export function checkProjection(evidence: AuctionEvidence, history: History): string[] {
  return [
    ...compareRows('the auction', expectedAuction(evidence, history), evidence.row),
    ...checkBids(evidence, history),
    ...checkBidders(evidence, history),
    ...checkSale(evidence, history),
    ...checkVehicle(evidence, history),
    ...checkNotices(evidence, history),
  ]
}

/** The columns that the ledger decides, and the outcome, which people may have decided since (M2). */
function expectedAuction(
  evidence: AuctionEvidence,
  history: History,
): Partial<Record<keyof AuctionRow, Plain>> {
  const { final, entries } = history
  const { terms, position } = final
  const over = 1_000_000_000_000_000
  return {
    id: terms.auctionId,
    seller_id: terms.sellerId,
    sale_type: terms.saleType,
    below_reserve: terms.belowReserve,
    starting_price_cents: terms.startingPrice,
    buy_now_price_cents: terms.buyNowPrice,
    reserve_price_cents: position.reservePrice,
    starts_at: terms.startsAt,
    original_ends_at: terms.endsAt,
    ends_at: position.endsAt,
    ending_key: over - position.endsAt,
    extended_count: position.extendedCount,
    status: position.status,
    outcome: expectSale(evidence, history).outcome,
    cancel_reason: position.cancelReason,
    current_bid_cents: position.price,
    price_cents: position.leader === null ? terms.startingPrice : position.price,
    minimum_bid_cents: position.minimumBid,
    reserve_met: position.reserveMet,
    bid_count: position.bidCount,
    high_bidder_id: position.leader?.bidderId ?? null,
    high_bidder_alias: position.leader?.alias ?? null,
    seq: final.seq,
    projected: final.number,
    armed_at: entries[0]?.at ?? null,
    next_attempt_at: null,
  }
}

function checkBids({ bidRows }: AuctionEvidence, history: History): string[] {
  const rows = new Map(bidRows.map((row) => [row.bid_id, row]))
  const voidings = history.voidings()
  const problems: string[] = []
  for (const { entry, bid, seq } of history.bids) {
    const row = rows.get(entry.number)
    rows.delete(entry.number)
    if (row === undefined) {
      problems.push(`bid ${entry.number} is not in MySQL`)
      continue
    }
    const expected: Partial<Record<keyof BidRow, Plain>> = {
      seq,
      user_id: bid.bidderId,
      alias: bid.alias,
      kind: bid.kind,
      amount_cents: bid.amount,
      offered_cents: bid.offered,
      current_bid_cents: entry.after.price,
      leader_alias: entry.after.leader?.alias ?? null,
      created_at: entry.at,
      voided_at: voidings.get(entry.number)?.at ?? null,
      void_reason: voidings.get(entry.number)?.reason ?? null,
    }
    problems.push(...compareRows(`bid ${entry.number}`, expected, row))
  }
  for (const bidId of rows.keys()) problems.push(`MySQL has the bid ${bidId}, which the ledger has not`)
  return problems
}

function checkBidders({ bidderRows }: AuctionEvidence, history: History): string[] {
  const maximums = new Map<number, { alias: string; maximum: number | null }>()
  const voidings = history.voidings()
  for (const { entry, bid } of history.bids) {
    const before = maximums.get(bid.bidderId)?.maximum ?? null
    const offered = voidings.has(entry.number) ? before : Math.max(before ?? 0, bid.offered)
    maximums.set(bid.bidderId, { alias: bid.alias, maximum: offered })
  }
  const problems: string[] = []
  for (const row of bidderRows) {
    const expected = maximums.get(row.user_id)
    maximums.delete(row.user_id)
    if (expected?.alias !== row.alias || expected.maximum !== row.max_bid_cents) {
      problems.push(
        `MySQL has ${row.alias} up to ${row.max_bid_cents}, the ledger ${expected?.alias} up to ${expected?.maximum}`,
      )
    }
  }
  for (const { alias } of maximums.values()) problems.push(`${alias} is not among the bidders in MySQL`)
  return problems
}

/** M12: the vehicle is as the room was told last, or as an admin changed it afterwards. */
function checkVehicle({ vehicle, moves }: AuctionEvidence, history: History): string[] {
  const changes = history.entries.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === 'disclosure_changed' ? event.changes : [])),
  )
  for (const move of moves) {
    if (move.what.kind === 'disclose' && move.isDone && isPastRoom(move, history))
      changes.push(move.what.change)
  }
  const mileage = changes.findLast(({ field }) => field === 'mileage')?.after ?? MILEAGE
  return vehicle?.mileage === mileage
    ? []
    : [`its vehicle has ${vehicle?.mileage} miles, told were ${mileage}`]
}

/** Whose bid stands, and the seller, were told of the end, once. */
function checkNotices({ toldOfEnd, lot }: AuctionEvidence, history: History): string[] {
  const winner = history.final.position.leader?.bidderId ?? null
  const isSold = history.final.position.outcome === OUTCOME.sold
  const bidders = history.standing().flatMap((item) => (item.type === 'bid' ? item.bidderId : []))
  const expected = new Set([lot.sellerId, ...bidders])
  const problems: string[] = []
  for (const { userId, type } of toldOfEnd) {
    if (!expected.delete(userId))
      problems.push(`person ${userId} was told of the end twice, or without a bid`)
    if ((type === 'auction_won') !== (isSold && userId === winner)) {
      problems.push(`person ${userId} was told ${type}`)
    }
  }
  for (const userId of expected) problems.push(`person ${userId} was not told of the end`)
  return problems
}
