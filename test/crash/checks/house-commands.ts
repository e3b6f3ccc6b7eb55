import type { AuctionEvent, HouseCommand, Position } from '../../../src/auctions/engine/auction.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { MoveKind } from '../house/moves.ts'
import type { History } from './history.ts'

/** As the local stack has it: `AUCTION_MIN_SECONDS`. */
const MIN_DURATION_MS = 5_000
export const SUSPENDED_REASON = 'suspended'

/** Everything that was asked beside bids, as commands that could have made the entry after the first `count`. */
export function houseCommands(
  { moves, suspended }: AuctionEvidence,
  history: History,
  count: number,
): HouseCommand[] {
  const standing = history.standing(count)
  const voidings = suspended.flatMap((userId): HouseCommand[] => {
    const bidIds = standing.flatMap((item) =>
      item.type === 'bid' && item.bidderId === userId ? item.number : [],
    )
    return bidIds.length === 0 ? [] : [{ kind: 'void_bids', bidIds, reason: SUSPENDED_REASON, standing }]
  })
  return [...moves.map(({ what }) => commandOf(what, standing)), ...voidings]
}

function commandOf(what: MoveKind, standing: ReturnType<History['standing']>): HouseCommand {
  switch (what.kind) {
    case 'lower reserve':
      return { kind: 'edit', changes: { reservePrice: what.reservePrice }, minDurationMs: MIN_DURATION_MS }
    case 'edit':
      return { kind: 'edit', changes: { startingPrice: what.startingPrice }, minDurationMs: MIN_DURATION_MS }
    case 'void':
      return { kind: 'void_bids', bidIds: [what.bidId], reason: what.reason, standing }
    case 'disclose':
      return { kind: 'change_disclosure', by: 'admin', changes: [what.change], standing }
    case 'cancel':
      return { kind: 'cancel', by: what.by, reason: what.reason }
  }
}

/** How often the ledger shows that a move was made. */
export function countMade(what: MoveKind, { entries }: History): number {
  return entries.filter(({ events, after }) => events.some((event) => isMade(what, event, after))).length
}

function isMade(what: MoveKind, event: AuctionEvent, after: Position): boolean {
  switch (what.kind) {
    case 'lower reserve':
      return event.kind === 'reserve_lowered' && after.reservePrice === what.reservePrice
    case 'edit':
      return event.kind === 'edited' && event.terms.startingPrice === what.startingPrice
    case 'void':
      return event.kind === 'bid_voided' && event.bidId === what.bidId && event.reason === what.reason
    case 'disclose':
      return (
        event.kind === 'disclosure_changed' &&
        event.changes.some(({ field, after }) => field === what.change.field && after === what.change.after)
      )
    case 'cancel':
      return event.kind === 'cancelled' && event.reason === what.reason
  }
}
