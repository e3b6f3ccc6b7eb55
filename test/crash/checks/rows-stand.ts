import { ZERO_CENTS } from '../../../src/lib/money.ts'
import { CLOSES_AT, OPENS_AT, SELLER, usd } from '../../engine/sale.ts'
import { MILEAGE } from '../clients/seller.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { History } from './history.ts'

export const WINNER = 3
export const VEHICLE = 7
const MAXIMUMS = [usd(1_000), usd(700), usd(1_500)]

/** Nothing was negotiated. */
export const SILENCE: AuctionEvidence['talk'] = {
  acts: [],
  moved: [],
  decision: null,
  rounds: [],
  notices: [],
  audits: [],
  readAt: CLOSES_AT + 7_200_000,
}

type Rows = Pick<
  AuctionEvidence,
  'row' | 'bidRows' | 'bidderRows' | 'orders' | 'invoices' | 'vehicle' | 'toldOfEnd' | 'talk'
>

/** What MySQL has of the sale in `evidence-stand.ts` when nothing is wrong. */
export function soundRows(history: History): Rows {
  const { final, entries } = history
  const { terms, position } = final
  const at = new Date(OPENS_AT)
  return {
    row: {
      id: terms.auctionId,
      creation_key: 'key',
      vehicle_id: VEHICLE,
      seller_id: SELLER,
      seller_profile_id: null,
      status: position.status,
      outcome: position.outcome,
      cancel_reason: null,
      sale_type: terms.saleType,
      below_reserve: terms.belowReserve,
      starting_price_cents: terms.startingPrice,
      reserve_price_cents: position.reservePrice,
      buy_now_price_cents: terms.buyNowPrice,
      increments: [...terms.increments],
      soft_close_mode: terms.softClose.mode,
      soft_close_window_s: terms.softClose.windowSeconds,
      soft_close_extension_s: terms.softClose.extensionSeconds,
      soft_close_max_extensions: terms.softClose.maxExtensions,
      starts_at: new Date(terms.startsAt),
      ends_at: new Date(position.endsAt),
      ending_key: 1_000_000_000_000_000 - position.endsAt,
      original_ends_at: new Date(terms.endsAt),
      extended_count: position.extendedCount,
      current_bid_cents: position.price,
      price_cents: position.price,
      minimum_bid_cents: position.minimumBid,
      reserve_met: position.reserveMet,
      bid_count: position.bidCount,
      high_bidder_id: WINNER,
      high_bidder_alias: position.leader?.alias ?? null,
      make: 'Honda',
      model: 'Accord',
      year: 2021,
      seq: final.seq,
      projected: final.number,
      armed_at: new Date(entries[0]?.at ?? 0),
      settled_at: at,
      start_told_at: null,
      end_told_at: null,
      end_moves: 0,
      next_attempt_at: null,
      attempts: 0,
      created_at: at,
      updated_at: at,
    },
    bidRows: history.bids.map(({ entry, bid, seq }) => ({
      auction_id: terms.auctionId,
      bid_id: entry.number,
      seq,
      user_id: bid.bidderId,
      alias: bid.alias,
      kind: bid.kind,
      amount_cents: bid.amount,
      offered_cents: bid.offered,
      current_bid_cents: entry.after.price,
      leader_alias: entry.after.leader?.alias ?? '',
      voided_at: null,
      void_reason: null,
      created_at: new Date(entry.at),
    })),
    bidderRows: MAXIMUMS.map((maximum, index) => ({
      auction_id: terms.auctionId,
      user_id: index + 1,
      alias: `Bidder ${index + 1}`,
      max_bid_cents: maximum,
      projected: final.number,
    })),
    orders: [
      {
        id: 1,
        order_number: 'ORD-20270104-A5',
        source_key: 'auction:5',
        auction_id: 5,
        vehicle_id: VEHICLE,
        buyer_id: WINNER,
        seller_id: SELLER,
        fee_schedule_id: 1,
        vehicle_price_cents: position.price,
        buyer_fee_cents: ZERO_CENTS,
        title_fee_cents: ZERO_CENTS,
        transport_fee_cents: ZERO_CENTS,
        late_fee_cents: ZERO_CENTS,
        tax_cents: ZERO_CENTS,
        total_cents: position.price,
        paid_cents: ZERO_CENTS,
        refunded_cents: ZERO_CENTS,
        status: 'pending_payment',
        status_reason: null,
        is_pickup: false,
        sold_at: new Date(entries.at(-1)?.at ?? 0),
        due_at: at,
        reminded_at: null,
        overdue_at: null,
        paid_at: null,
        completed_at: null,
        may_cancel_since: null,
        next_attempt_at: null,
        created_at: at,
        updated_at: at,
      },
    ],
    invoices: [{ orderId: 1, lines: [{ kind: 'price', amount: position.price }] }],
    vehicle: { status: 'sold', mileage: MILEAGE },
    talk: SILENCE,
    toldOfEnd: [
      { userId: SELLER, type: 'general' },
      { userId: WINNER, type: 'auction_won' },
      { userId: 1, type: 'auction_lost' },
      { userId: 2, type: 'auction_lost' },
    ],
  }
}
