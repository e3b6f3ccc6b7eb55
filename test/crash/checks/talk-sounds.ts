import { SELLER, usd } from '../../engine/sale.ts'
import { MILEAGE } from '../clients/seller.ts'
import type { AuctionEvidence, ListingEvidence } from '../evidence/evidence.ts'
import { SILENCE, VEHICLE, WINNER } from './rows-stand.ts'
import {
  at,
  audit,
  decided,
  decisionRow,
  NEXT,
  notice,
  offered,
  offerRow,
  orderRow,
  pendingEvidence,
  refused,
} from './talk-stand.ts'

const AUCTION = 5
const ACCEPT = { action: 'accept' } as const
const HALF_MS = 50
const judged = (second: number) => new Date(at(second) + HALF_MS)
const after = (second: number, hours: number) => new Date(judged(second).getTime() + hours * 3_600_000)
const decide = (answer: Parameters<typeof decided>[2]) =>
  ({ kind: 'decide', auctionId: AUCTION, answer }) as const

/** The seller asks 1 000, the bidder offers 900, the seller takes it, in two windows at once. */
export function agreed(): AuctionEvidence {
  const first = { stage: 'bidder', sellerCounter: 1_000 } as const
  const second = { stage: 'seller_final', sellerCounter: 1_000, bidderCounter: 900 } as const
  const third = { ...second, stage: 'sold', agreed: 900 } as const
  const orders = [
    orderRow({
      vehicle_price_cents: usd(900),
      buyer_id: WINNER,
      source_key: `auction:${AUCTION}`,
      auction_id: AUCTION,
      sold_at: judged(30),
    }),
  ]
  return pendingEvidence(
    {
      acts: [
        decided('1', SELLER, { action: 'counter', amount: usd(1_000) }, 10, first),
        refused('2', SELLER, decide(ACCEPT), 11, 'not_your_turn'),
        decided('3', WINNER, { action: 'counter', amount: usd(900) }, 20, second),
        decided('4', SELLER, ACCEPT, 30, third),
        refused('5', SELLER, decide({ action: 'decline' }), 30, 'wrong_status'),
      ],
      decision: decisionRow(third, 30),
      notices: [
        notice(WINNER, 'decision:5:bidder', 'offer_countered'),
        notice(SELLER, 'decision:5:seller_final', 'seller_decision_due'),
        notice(WINNER, 'decision:5:sold', 'auction_won'),
      ],
      audits: [audit('auction.decided', AUCTION, { outcome: 'sold', stage: 'sold', agreed_price: 900 })],
    },
    { isSold: true, orders },
  )
}

/** The seller's deadline was put to the 40th second and passed; they answered a little late. */
export function lapsed(): AuctionEvidence {
  const row = {
    ...decisionRow({ stage: 'expired' }, 40),
    decided_at: new Date(at(40)),
    updated_at: new Date(at(40)),
  }
  return pendingEvidence(
    {
      acts: [refused('1', SELLER, decide(ACCEPT), 41, 'wrong_status')],
      moved: [{ vehicleId: VEHICLE, of: { kind: 'decision', stage: 'seller' }, at: at(40) }],
      decision: row,
      notices: [SELLER, WINNER].map((userId) => notice(userId, 'decision:5:expired', 'offer_expired')),
      audits: [
        audit('auction.decided', AUCTION, { outcome: 'unsold', stage: 'expired', agreed_price: null }),
      ],
    },
    { isSold: false, orders: [] },
  )
}

/** The bidder walks away from a counter, and the next one takes the second chance at 150. */
export function chanced(): AuctionEvidence {
  const first = { stage: 'bidder', sellerCounter: 1_000 } as const
  const second = { ...first, stage: 'declined_by_bidder' } as const
  const made = { created_at: judged(30), expires_at: after(30, 24) }
  const chance = { id: 8, kind: 'second_chance', made_by: 'seller', auction_id: AUCTION, ...made } as const
  const row = offerRow({ ...chance, status: 'accepted', updated_at: judged(40) })
  const orders = [
    orderRow({
      vehicle_price_cents: usd(150),
      buyer_id: NEXT,
      source_key: 'second-chance:8',
      auction_id: AUCTION,
      sold_at: judged(40),
    }),
  ]
  const answer = { kind: 'answer', offerId: 8, answer: ACCEPT } as const
  return pendingEvidence(
    {
      acts: [
        decided('1', SELLER, { action: 'counter', amount: usd(1_000) }, 10, first),
        decided('2', WINNER, { action: 'decline' }, 20, second),
        offered('3', SELLER, { kind: 'second chance', auctionId: AUCTION }, 30, offerRow(chance)),
        offered('4', NEXT, answer, 40, row, 1),
      ],
      decision: decisionRow(second, 20),
      rounds: [row],
      notices: [
        notice(WINNER, 'decision:5:bidder', 'offer_countered'),
        notice(SELLER, 'decision:5:declined_by_bidder', 'offer_rejected'),
        notice(NEXT, 'offer:8:pending', 'offer_received'),
        notice(SELLER, 'offer:8:accepted', 'offer_accepted'),
      ],
      audits: [
        audit('auction.decided', AUCTION, {
          outcome: 'unsold',
          stage: 'declined_by_bidder',
          agreed_price: null,
        }),
        audit('auction.second_chance', AUCTION),
        audit('offer.accepted', 8),
      ],
    },
    { isSold: false, orders },
  )
}

/** Two offer on a listing: one's offer is countered and the counter accepted, the other's falls with it; a third lapsed. */
export function bargained(): ListingEvidence {
  const [OTHER, LATE] = [2, 4]
  const first = offerRow({
    id: 1,
    status: 'countered',
    created_at: judged(10),
    expires_at: after(10, 48),
    updated_at: judged(20),
  })
  const counter = offerRow({
    id: 3,
    made_by: 'seller',
    round: 2,
    previous_id: 1,
    amount_cents: usd(180),
    status: 'accepted',
    created_at: judged(20),
    expires_at: after(20, 48),
    updated_at: judged(50),
  })
  const rival = offerRow({
    id: 2,
    buyer_id: OTHER,
    status: 'rejected',
    created_at: judged(15),
    expires_at: after(15, 48),
    updated_at: judged(50),
  })
  const late = offerRow({
    id: 4,
    buyer_id: LATE,
    status: 'expired',
    created_at: judged(25),
    expires_at: new Date(at(40)),
    updated_at: new Date(at(40)),
  })
  const offer = { kind: 'offer', amount: usd(150) } as const
  const answer = (
    offerId: number,
    answer: typeof ACCEPT | { action: 'counter'; amount: typeof counter.amount_cents },
  ) => ({ kind: 'answer', offerId, answer }) as const
  return {
    listing: { vehicleId: VEHICLE, sellerId: SELLER, script: 'sound' },
    vehicle: { status: 'sold', mileage: MILEAGE },
    orders: [
      orderRow({
        vehicle_price_cents: usd(180),
        buyer_id: NEXT,
        source_key: 'offer:3',
        auction_id: null,
        sold_at: judged(50),
      }),
    ],
    invoices: [{ orderId: 1, lines: [{ kind: 'price', amount: usd(180) }] }],
    talk: {
      ...SILENCE,
      acts: [
        offered('1', NEXT, offer, 10, first),
        offered('2', OTHER, offer, 15, rival),
        offered('3', SELLER, answer(1, { action: 'counter', amount: usd(180) }), 20, counter),
        offered('4', LATE, offer, 25, late),
        offered('5', NEXT, answer(3, ACCEPT), 50, counter, 1),
        refused('6', SELLER, answer(2, ACCEPT), 50, 'wrong_status'),
        refused('7', SELLER, answer(4, ACCEPT), 45, 'wrong_status'),
      ],
      moved: [{ vehicleId: VEHICLE, of: { kind: 'offer', id: 4 }, at: at(40) }],
      rounds: [first, rival, counter, late],
      notices: [
        notice(SELLER, 'offer:1:pending', 'offer_received'),
        notice(SELLER, 'offer:2:pending', 'offer_received'),
        notice(NEXT, 'offer:3:pending', 'offer_countered'),
        notice(SELLER, 'offer:4:pending', 'offer_received'),
        notice(LATE, 'offer:4:expired', 'offer_expired'),
        notice(SELLER, 'offer:4:expired', 'offer_expired'),
        notice(SELLER, 'offer:3:accepted', 'offer_accepted'),
        notice(OTHER, 'offer:2:rejected', 'offer_rejected'),
      ],
      audits: [audit('offer.accepted', 3)],
    },
  }
}
