import type { Auction, LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import { SELLERS_REASON } from '../house-commands.ts'
import type { Hold } from './entry-rules.ts'

/** What the seller and the admins may bring about. */
export function checkHouse(hold: Hold, before: Auction, { events, after }: LedgerEntry): void {
  const { terms, position } = before
  const [first] = events
  if (first?.kind === 'edited') hold(position.status === 'scheduled', 'The policy is fixed once open')
  if (first?.kind === 'cancelled' && first.reason === SELLERS_REASON) {
    const isBound = position.status === 'active' && terms.saleType === 'absolute'
    hold(position.leader === null && !isBound, 'R17: the seller cancels while there is no bid')
  }
  if (first?.kind === 'disclosure_changed') {
    hold(after.leader === null && after.bidCount === 0, 'M12: a changed disclosure voids every standing bid')
  }
  if (first?.kind === 'reserve_lowered') checkReserve(hold, before, after)
  else if (first?.kind !== 'edited')
    hold(after.reservePrice === position.reservePrice, 'R11: nothing else changes it')
}

function checkReserve(hold: Hold, { terms, position }: Auction, after: LedgerEntry['after']): void {
  const was = position.reservePrice
  hold(position.status === 'active' && was !== null && !position.reserveMet, 'R11: while it is not met')
  if (after.reservePrice === null) return
  hold(!position.reserveLowered, 'R11: the reserve is lowered once')
  const isLower = was !== null && after.reservePrice < was && after.reservePrice >= terms.startingPrice
  hold(isLower, 'R11: the reserve is lowered, not below the starting price')
}
