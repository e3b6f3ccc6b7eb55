import { cents } from '../../../src/lib/money.ts'
import type { DecisionStage } from '../../../src/offers/decision.ts'
import { decidedSchema, offerAnsweredSchema, offerMadeSchema } from '../../../src/offers/schemas.ts'
import { CLOSES_AT, SELLER, scheduledSale, usd } from '../../engine/sale.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import { Act, type ActKind } from '../talks/act.ts'
import type { DecisionRow, OfferRow } from '../talks/negotiator.ts'
import { Desk, evidenceOf } from './evidence-stand.ts'
import { History } from './history.ts'
import { SILENCE, soundRows, VEHICLE, WINNER } from './rows-stand.ts'

const AUCTION = 5
export const NEXT = 1
const HOUR_MS = 3_600_000
export const ENDED_AT = CLOSES_AT
/** The second after the end; everything that is said takes a tenth. */
export const at = (second: number): number => ENDED_AT + second * 1_000
const TOOK_MS = 100
export const HIGH_BID = usd(800)

/** An act that was asked at a second, and answered with this body; null: refused as `code`. */
export function said(
  key: string,
  userId: number,
  what: ActKind,
  second: number,
  reply: { status: number; body: unknown },
): Act {
  const act = new Act({ vehicleId: VEHICLE, userId, what, key })
  act.sentAt = at(second)
  act.answeredAt = at(second) + TOOK_MS
  act.reply = { ...reply, replayed: false }
  const isDone = reply.status < 400
  if (isDone) act.repeated = { ...reply, replayed: true }
  return act
}

export const refused = (key: string, userId: number, what: ActKind, second: number, code: string): Act =>
  said(key, userId, what, second, { status: 409, body: { code } })

interface Position {
  stage: DecisionStage
  sellerCounter?: number
  bidderCounter?: number
  agreed?: number
}

const amountOf = (dollars: number | undefined) => (dollars === undefined ? null : usd(dollars))
const isOpen = (stage: DecisionStage) => ['seller', 'bidder', 'seller_final'].includes(stage)

/** What was answered about the high bid: judged half-way between sending and answering. */
export function decided(
  key: string,
  userId: number,
  answer: Extract<ActKind, { kind: 'decide' }>['answer'],
  second: number,
  { stage, sellerCounter, bidderCounter, agreed }: Position,
): Act {
  const value = {
    message: '',
    auction_id: AUCTION,
    decision: {
      stage,
      your_turn: false,
      high_bid: HIGH_BID,
      seller_counter: amountOf(sellerCounter),
      bidder_counter: amountOf(bidderCounter),
      deadline_at: isOpen(stage) ? new Date(at(second) + TOOK_MS / 2 + 24 * HOUR_MS) : null,
      agreed_price: amountOf(agreed),
    },
    order_id: agreed === undefined ? null : 1,
  }
  const what = { kind: 'decide', auctionId: AUCTION, answer } as const
  return said(key, userId, what, second, { status: 200, body: decidedSchema.encode(value) })
}

/** A decision's row; what was said last was judged at `second`. */
export const decisionRow = (
  { stage, sellerCounter, bidderCounter, agreed }: Position,
  second: number,
): DecisionRow => {
  const saidAt = new Date(at(second) + TOOK_MS / 2)
  const deadline = isOpen(stage) ? new Date(saidAt.getTime() + 24 * HOUR_MS) : null
  return {
    auction_id: AUCTION,
    vehicle_id: VEHICLE,
    seller_id: SELLER,
    bidder_id: WINNER,
    stage,
    high_bid_cents: HIGH_BID,
    seller_counter_cents: amountOf(sellerCounter),
    bidder_counter_cents: amountOf(bidderCounter),
    deadline_at: deadline,
    next_attempt_at: deadline,
    agreed_cents: amountOf(agreed),
    decided_at: isOpen(stage) ? null : saidAt,
    answer_key: null,
    created_at: new Date(ENDED_AT),
    updated_at: saidAt,
  }
}

export const offerRow = (changes: Partial<OfferRow> & Pick<OfferRow, 'id'>): OfferRow => ({
  kind: 'listing',
  vehicle_id: VEHICLE,
  auction_id: null,
  buyer_id: NEXT,
  seller_id: SELLER,
  buyer_alias: null,
  made_by: 'buyer',
  amount_cents: usd(150),
  message: null,
  round: 1,
  previous_id: null,
  status: 'pending',
  standing_key: null,
  expires_at: new Date(0),
  next_attempt_at: null,
  creation_key: '',
  answer_key: null,
  created_at: new Date(0),
  updated_at: new Date(0),
  ...changes,
})

/** Somebody has made a round, or answered it: what they were told of `row`. */
export function offered(
  key: string,
  userId: number,
  what: ActKind,
  second: number,
  row: OfferRow,
  orderId: number | null = null,
): Act {
  const offer = {
    id: row.id,
    kind: row.kind,
    vehicle_id: VEHICLE,
    auction_id: row.auction_id,
    buyer: { id: row.buyer_id, display_name: '' },
    seller: { id: SELLER, display_name: '' },
    made_by: row.made_by,
    amount: row.amount_cents,
    currency: 'USD' as const,
    message: null,
    round: row.round,
    previous_id: row.previous_id,
    status: row.status,
    your_turn: false,
    expires_at: row.expires_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
  return what.kind === 'answer'
    ? said(key, userId, what, second, {
        status: 200,
        body: offerAnsweredSchema.encode({ message: '', offer, order_id: orderId }),
      })
    : said(key, userId, what, second, { status: 201, body: offerMadeSchema.encode({ message: '', offer }) })
}

export const audit = (action: string, subjectId: number, after: unknown = {}) => ({
  action,
  subjectId,
  after,
})
export const notice = (userId: number, cause: string, type: string) => ({ userId, cause, type })

type Talk = AuctionEvidence['talk']

/** A sale that ended below its reserve at 800 dollars, behind which two have bid up to 200 and 150, and what was made of it. */
export function pendingEvidence(
  talk: Partial<Talk>,
  { isSold, orders }: { isSold: boolean | null; orders: AuctionEvidence['orders'] },
): AuctionEvidence {
  const sale = scheduledSale({ reservePrice: usd(5_000), sellerProfileId: null })
  const desk = new Desk(sale)
  sale.at(10)
  desk.send(NEXT, 'max', usd(200))
  desk.send(2, 'exact', usd(150))
  desk.send(WINNER, 'exact', HIGH_BID)
  sale.now = CLOSES_AT + HOUR_MS
  sale.wake()
  const history = new History(sale.ledger)
  const rows = soundRows(history)
  const outcome = isSold === null ? 'pending_seller' : isSold ? 'sold' : 'unsold'
  const evidence = evidenceOf(desk, {
    ...rows,
    row: { ...rows.row, outcome },
    bidderRows: [usd(200), usd(150), HIGH_BID].map((maximum, index) => ({
      auction_id: AUCTION,
      user_id: index + 1,
      alias: `Bidder ${index + 1}`,
      max_bid_cents: maximum,
      projected: history.final.number,
    })),
    orders,
    invoices: orders.map(({ id, total_cents }) => ({
      orderId: id,
      lines: [{ kind: 'price', amount: total_cents }],
    })),
    vehicle: {
      status: orders.length > 0 ? 'sold' : isSold === null ? 'in_auction' : 'active',
      mileage: rows.vehicle?.mileage ?? null,
    },
    toldOfEnd: [SELLER, NEXT, 2, WINNER].map((userId) => ({ userId, type: 'general' })),
    moves: [],
    suspended: [],
    talk: { ...SILENCE, ...talk },
  })
  return { ...evidence, shown: { ...evidence.shown, auction: { ...evidence.shown.auction, outcome } } }
}

/** The order of `soundRows`, of another sale. */
export function orderRow(
  changes: Partial<AuctionEvidence['orders'][number]>,
): AuctionEvidence['orders'][number] {
  const sale = scheduledSale({ sellerProfileId: null })
  sale.at(10)
  const [order] = soundRows(new History(sale.ledger)).orders
  if (order === undefined) throw new Error('There is no order')
  const price = changes.vehicle_price_cents ?? cents(0)
  return { ...order, total_cents: price, ...changes }
}
