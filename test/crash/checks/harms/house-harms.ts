import { usd } from '../../../engine/sale.ts'
import { MILEAGE } from '../../clients/seller.ts'
import { Move, type MoveKind } from '../../house/moves.ts'
import { type Harm, type Harmed, withFirst, withOffer, withPosition, withRecord, withRow } from './harm.ts'

/** The move of one kind, asked or answered otherwise; null: never asked. */
const withMove =
  (
    kind: MoveKind['kind'],
    change: (what: MoveKind) => { what?: MoveKind; answer?: string | null } | null,
  ): Harm =>
  (evidence) => ({
    ...evidence,
    moves: evidence.moves.flatMap((move) => {
      if (move.what.kind !== kind) return move
      const changed = change(move.what)
      if (changed === null) return []
      const other = new Move(move.auctionId, changed.what ?? move.what)
      other.answer = changed.answer === undefined ? move.answer : changed.answer
      return other
    }),
  })

const neverAsked = (kind: MoveKind['kind']): Harm => withMove(kind, () => null)

/** Where sellers and admins have had their hands in; of the sale in `troubled-stand.ts`. */
export const HOUSE_HARMS: readonly Harmed[] = [
  [
    'a reserve is lowered that nobody lowered',
    'engine',
    /nobody asked for reserve_lowered/,
    neverAsked('lower reserve'),
  ],
  ['a bid is voided that nobody voided', 'engine', /nobody asked for bid_voided|entry 7/, neverAsked('void')],
  [
    'an auction is cancelled that nobody cancelled',
    'engine',
    /nobody asked for cancelled/,
    neverAsked('cancel'),
  ],
  ['terms are edited that nobody edited', 'engine', /entry 2/, neverAsked('edit')],
  [
    'a vehicle is disclosed otherwise than was asked',
    'engine',
    /nobody asked for disclosure_changed/,
    neverAsked('disclose'),
  ],
  [
    'a suspension voids bids of somebody who was not suspended',
    'engine',
    /entry 10/,
    (evidence) => ({ ...evidence, suspended: [1] }),
  ],
  ['a voiding leaves another price', 'engine', /entry 7/, withPosition(7, { price: usd(399) })],
  [
    'a reserve was lowered, as was told, and is not',
    'moves',
    /"lower reserve".* was answered as done and is not in the ledger/,
    withMove('lower reserve', () => ({ what: { kind: 'lower reserve', reservePrice: usd(440) } })),
  ],
  [
    'a vehicle was changed, as was told while bids were taken, and the room was not asked',
    'moves',
    /"disclose".* was answered as done and is not in the ledger/,
    withMove('disclose', () => ({
      what: { kind: 'disclose', change: { field: 'mileage', before: MILEAGE, after: MILEAGE + 1 } },
    })),
  ],
  [
    'a move was never answered',
    'moves',
    /"cancel".* was never answered/,
    withMove('cancel', () => ({ answer: null })),
  ],
  [
    'a move was refused and is done all the same',
    'moves',
    /"void".* was refused as not_voidable and is in the ledger/,
    withMove('void', () => ({ answer: 'not_voidable' })),
  ],
  [
    'a move was refused as it cannot be',
    'moves',
    /"edit".* was refused as not_found/,
    withMove('edit', () => ({ what: { kind: 'edit', startingPrice: usd(1) }, answer: 'not_found' })),
  ],
  [
    'a bidder was suspended and another bid of theirs was taken',
    'moves',
    /person 1 was suspended and their bids stand[\s\S]*person 1 was suspended before bid 12/,
    (evidence) => ({
      ...evidence,
      suspended: [1],
      room: {
        ...evidence.room,
        entries: evidence.room.entries.map((stored) => ({
          ...stored,
          entry: {
            ...stored.entry,
            events: stored.entry.events.map((event) =>
              event.kind === 'bid_voided' && event.reason === 'suspended' ? { ...event, bidderId: 1 } : event,
            ),
          },
        })),
      },
    }),
  ],
  [
    'a bidder is told that they are suspended, and their bids stand',
    'moves',
    /person 1 was suspended and their bids stand/,
    (evidence) => ({
      ...withOffer({}, () => [{ accepted: false, door: 'http', code: 'not_eligible', minimumBid: null }])(
        evidence,
      ),
      suspended: [1],
    }),
  ],
  [
    'a bidder was let in no more who was not suspended',
    'stories',
    /watcher: was let in no more/,
    withRecord((record) => ({ ...record, isShutOut: true })),
  ],
  [
    'MySQL shows a voided bid as standing',
    'mysql',
    /bid 4 has voided_at null/,
    withFirst('bidRows', (row) => [{ ...row, voided_at: null }]),
  ],
  [
    'MySQL has the maximum of a voided bid',
    'mysql',
    /has Bidder 1 up to 20000, the ledger Bidder 1 up to 12000/,
    withFirst('bidderRows', (row) => [{ ...row, max_bid_cents: usd(200) }]),
  ],
  ['MySQL has another reserve', 'mysql', /reserve_price_cents/, withRow({ reserve_price_cents: usd(500) })],
  [
    'the vehicle shows what was changed as it was',
    'mysql',
    /its vehicle has 41200 miles, told were 91200/,
    (evidence) => ({ ...evidence, vehicle: { status: 'active', mileage: MILEAGE } }),
  ],
  [
    'the history shows a voided bid as standing',
    'public',
    /its history has .* where bid 4 is expected/,
    (evidence) => ({
      ...evidence,
      shown: {
        ...evidence.shown,
        bids: evidence.shown.bids.map((bid) => (bid.id === 4 ? { ...bid, voided: false } : bid)),
      },
    }),
  ],
]
