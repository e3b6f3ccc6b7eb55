import { CLOSES_AT, SELLER, scheduledSale, usd } from '../../engine/sale.ts'
import { MILEAGE } from '../clients/seller.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import { Move, type MoveKind } from '../house/moves.ts'
import { Desk, evidenceOf } from './evidence-stand.ts'
import { History } from './history.ts'
import { soundRows, WINNER } from './rows-stand.ts'

const AUCTION = 5
export const SUSPENDED = 2
const DISCLOSED = { field: 'mileage', before: MILEAGE, after: MILEAGE + 50_000 }

/** What was asked beside bids, in its order: numbers of bids are the ledger's. */
const ASKED: readonly MoveKind[] = [
  { kind: 'edit', startingPrice: usd(110) },
  { kind: 'void', bidId: 6, reason: 'typing error' },
  { kind: 'lower reserve', reservePrice: usd(450) },
  { kind: 'disclose', change: DISCLOSED },
  { kind: 'cancel', by: 'admin', reason: 'withdrawn' },
]

/** A sale in which everything happens that is no bid, and which is cancelled in the end. */
function conduct(): Desk {
  const sale = scheduledSale({ reservePrice: usd(500), sellerProfileId: null })
  const desk = new Desk(sale)
  sale.edit({ startingPrice: usd(110) })
  sale.at(10)
  desk.send(1, 'max', usd(200))
  desk.send(SUSPENDED, 'max', usd(300))
  desk.send(WINNER, 'exact', usd(400))
  const standing = () => sale.standing()
  sale.house({ kind: 'void_bids', bidIds: [6], reason: 'typing error', standing: standing() })
  sale.reserve(450)
  desk.send(WINNER, 'max', usd(260))
  sale.suspend(SUSPENDED)
  desk.send(SUSPENDED, 'max', usd(900))
  sale.house({ kind: 'change_disclosure', by: 'admin', changes: [DISCLOSED], standing: standing() })
  desk.send(1, 'exact', usd(120))
  desk.send(WINNER, 'max', usd(320))
  sale.now = CLOSES_AT + 60_000
  sale.house({ kind: 'cancel', by: 'admin', reason: 'withdrawn' })
  return desk
}

/** Everything that such a sale leaves behind when nothing is wrong. */
export function troubledEvidence(): AuctionEvidence {
  const desk = conduct()
  const history = new History(desk.sale.ledger)
  const rows = soundRows(history)
  const voidedBy = new Map<number, { reason: string; entry: number }>([
    [4, { reason: 'disclosure_changed', entry: 11 }],
    [5, { reason: 'suspended', entry: 10 }],
    [6, { reason: 'typing error', entry: 7 }],
    [9, { reason: 'disclosure_changed', entry: 11 }],
  ])
  return evidenceOf(desk, {
    ...rows,
    row: { ...rows.row, cancel_reason: 'withdrawn' },
    bidRows: rows.bidRows.map((row) => {
      const voided = voidedBy.get(row.bid_id)
      if (voided === undefined) return row
      const at = history.entry(voided.entry)?.at ?? 0
      return { ...row, voided_at: new Date(at), void_reason: voided.reason }
    }),
    bidderRows: [usd(120), null, usd(320)].map((maximum, index) => ({
      auction_id: AUCTION,
      user_id: index + 1,
      alias: `Bidder ${index + 1}`,
      max_bid_cents: maximum,
      projected: history.final.number,
    })),
    orders: [],
    vehicle: { status: 'active', mileage: DISCLOSED.after },
    toldOfEnd: [SELLER, 1, WINNER].map((userId) => ({ userId, type: 'general' })),
    moves: ASKED.map((what) => {
      const move = new Move(AUCTION, what)
      move.answer = 'done'
      return move
    }),
    suspended: [SUSPENDED],
  })
}
