import type { LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import type { HoldFiles } from '../evidence/hold-files.ts'
import type { OrderRow } from '../evidence/mysql-rows.ts'
import type { RoomFile } from '../evidence/room-files.ts'
import type { DecisionRow } from '../talks/negotiator.ts'

export interface HoldEvidence {
  readonly rooms: readonly RoomFile[]
  readonly holds: HoldFiles
  /** Auctions that MySQL has settled. */
  readonly settled: ReadonlySet<number>
  readonly owed: ReadonlyMap<number, number>
}

/** By people, what MySQL says that they owe, or may: unpaid orders, and bids and counters that bind them (M2). */
export function owedBy(orders: readonly OrderRow[], decisions: readonly DecisionRow[]): Map<number, number> {
  const owed = new Map<number, number>()
  const add = (userId: number, amount: number) => owed.set(userId, (owed.get(userId) ?? 0) + amount)
  for (const { buyer_id, status, total_cents, paid_cents, refunded_cents } of orders) {
    if (status === 'pending_payment') add(buyer_id, total_cents - paid_cents + refunded_cents)
  }
  for (const { bidder_id, stage, high_bid_cents, bidder_counter_cents } of decisions) {
    if (stage === 'seller') add(bidder_id, high_bid_cents)
    if (stage === 'seller_final') add(bidder_id, bidder_counter_cents ?? 0)
  }
  return owed
}

/** M18, once all is over: what each person's object holds is what the ledgers say, and no room owes a report. */
export function checkHolds({ rooms, holds, settled, owed }: HoldEvidence): string[] {
  const problems = checkAccounts(holds, owed)
  for (const { auctionId, entries } of rooms) {
    const last = entries.at(-1)?.entry.after
    if (last === undefined) continue
    const rows = holds.rooms.get(auctionId) ?? []
    for (const { bidder_id: userId, amount, confirmed, serial } of rows) {
      const where = `auction ${auctionId}, person ${userId}`
      const stake = stakeIn(last, userId)
      if (confirmed !== serial) problems.push(`${where}: ${confirmed} of ${serial} is confirmed`)
      if (amount !== stake) problems.push(`${where}: the room says ${amount}, the ledger ${stake}`)
      const held = holds.people.get(userId)?.find(({ auction_id }) => auction_id === auctionId)
      if (held === undefined) problems.push(`${where}: their object knows nothing of it`)
      else if (held.settled === 0 && held.amount !== stake)
        problems.push(`${where}: held is ${held.amount}, the ledger says ${stake}`)
      else if (held.settled === 1 && !settled.has(auctionId))
        problems.push(`${where}: released as settled, which it is not`)
    }
    const { leader } = last
    if (leader !== null && !rows.some(({ bidder_id }) => bidder_id === leader.bidderId))
      problems.push(`auction ${auctionId}: nothing was ever held of its leader`)
  }
  return problems
}

/** What a person's object takes for owed is what MySQL says. */
const checkAccounts = ({ accounts }: HoldFiles, owed: ReadonlyMap<number, number>): string[] =>
  [...accounts].flatMap(([userId, [account]]) => {
    const expected = owed.get(userId) ?? 0
    return account === undefined || account.owed_cents === expected
      ? []
      : [`person ${userId}: their object takes ${account.owed_cents} for owed, MySQL says ${expected}`]
  })

/** Told without the room's code. */
function stakeIn({ leader, outcome, price, status }: LedgerEntry['after'], userId: number): number {
  if (leader === null || leader.bidderId !== userId || status === 'cancelled') return 0
  if (status !== 'ended') return leader.maximum
  return outcome === 'unsold' ? 0 : price
}
