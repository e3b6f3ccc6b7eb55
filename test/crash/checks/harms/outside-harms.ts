import { usd } from '../../../engine/sale.ts'
import { MILEAGE } from '../../clients/seller.ts'
import { type Harmed, withEvents, withFirst, withRecord, withRow } from './harm.ts'

/** In MySQL, at the watchers', and in what is shown. */
export const OUTSIDE_HARMS: readonly Harmed[] = [
  ['MySQL lacks a bid', 'mysql', /bid 3 is not in MySQL/, withFirst('bidRows', () => [])],
  [
    'MySQL has a bid more',
    'mysql',
    /MySQL has the bid 77/,
    withFirst('bidRows', (row) => [row, { ...row, bid_id: 77 }]),
  ],
  [
    'MySQL has another amount',
    'mysql',
    /bid 3 has offered_cents 1 /,
    withFirst('bidRows', (row) => [{ ...row, offered_cents: usd(0.01) }]),
  ],
  [
    'MySQL has an older price',
    'mysql',
    /the auction has current_bid_cents 1 /,
    withRow({ current_bid_cents: usd(0.01) }),
  ],
  ['MySQL has another winner', 'mysql', /the auction has high_bidder_id 2 /, withRow({ high_bidder_id: 2 })],
  ['MySQL has an older entry', 'mysql', /the auction has projected 9 /, withRow({ projected: 9 })],
  ['the auction is not settled', 'mysql', /it is not settled/, withRow({ settled_at: null })],
  ['the sweeper still looks at it', 'mysql', /next_attempt_at/, withRow({ next_attempt_at: new Date(1) })],
  [
    'a bidder has an older maximum',
    'mysql',
    /has Bidder 1 up to 1, the ledger Bidder 1 up to 100000/,
    withFirst('bidderRows', (row) => [{ ...row, max_bid_cents: usd(0.01) }]),
  ],
  ['a bidder is missing', 'mysql', /Bidder 1 is not among the bidders/, withFirst('bidderRows', () => [])],
  ['there is no order', 'mysql', /it ended sold and has 0 orders/, withFirst('orders', () => [])],
  [
    'there are two orders',
    'mysql',
    /it ended sold and has 2 orders/,
    withFirst('orders', (order) => [order, { ...order, id: 2 }]),
  ],
  [
    'the order is another buyer’s',
    'mysql',
    /order 1 has buyer_id 2 /,
    withFirst('orders', (order) => [{ ...order, buyer_id: 2 }]),
  ],
  [
    'the order has another price',
    'mysql',
    /order 1 has vehicle_price_cents 1 /,
    withFirst('orders', (order) => [{ ...order, vehicle_price_cents: usd(0.01) }]),
  ],
  [
    'the vehicle is still in auction',
    'mysql',
    /its vehicle is in_auction/,
    (evidence) => ({ ...evidence, vehicle: { status: 'in_auction', mileage: MILEAGE } }),
  ],
  ['the seller is not told', 'mysql', /was not told of the end/, withFirst('toldOfEnd', () => [])],
  [
    'the seller is told twice',
    'mysql',
    /told of the end twice/,
    withFirst('toldOfEnd', (notice) => [notice, notice]),
  ],
  [
    'a loser is told that they won',
    'mysql',
    /was told auction_won/,
    withFirst('toldOfEnd', (notice) => [{ ...notice, type: 'auction_won' }]),
  ],

  [
    'a client lacks an event',
    'stories',
    /watcher: the story goes from seq 2 to 4/,
    withEvents((events) => events.filter(({ seq }) => seq !== 3)),
  ],
  [
    'a client was told another event',
    'stories',
    /watcher: was told at seq 3 other, the ledger has/,
    withEvents((events) => events.map((event) => (event.seq === 3 ? { ...event, text: 'other' } : event))),
  ],
  [
    'a client was told more than there is',
    'stories',
    /was told at seq 99 .* the ledger has nothing/,
    withEvents((events) =>
      events.map((event, at) => (at === events.length - 1 ? { ...event, seq: 99 } : event)),
    ),
  ],
  [
    'a client did not see the end',
    'stories',
    /watcher: the story ends at seq/,
    withEvents((events) => events.slice(0, -1)),
  ],
  [
    'a client never got in',
    'stories',
    /watcher: never got in/,
    withRecord((record) => ({ ...record, segments: [] })),
  ],
  [
    'a client saw the room go back',
    'stories',
    /watcher: welcome at seq 1 after 5/,
    withRecord((record) => ({ ...record, faults: ['welcome at seq 1 after 5 had been told'] })),
  ],
  [
    'a welcome told another price',
    'stories',
    /watcher: was welcomed at seq 0 with other, the ledger has/,
    withRecord((record) => ({
      ...record,
      welcomes: record.welcomes.map((welcome) => ({ ...welcome, position: 'other' })),
    })),
  ],
  [
    'a welcome told a watcher that they lead',
    'stories',
    /watcher: was welcomed at seq 0 as Bidder 3, leading/,
    withRecord((record) => ({
      ...record,
      welcomes: record.welcomes.map((welcome) => ({ ...welcome, you: { alias: 'Bidder 3', leading: true } })),
    })),
  ],

  [
    'the history lacks a bid',
    'public',
    /its history has 5 of 6 bids/,
    (evidence) => ({ ...evidence, shown: { ...evidence.shown, bids: evidence.shown.bids.slice(1) } }),
  ],
  [
    'the auction is shown with an older price',
    'public',
    /is shown as/,
    (evidence) => ({
      ...evidence,
      shown: { ...evidence.shown, auction: { ...evidence.shown.auction, current_bid: usd(1) } },
    }),
  ],
  [
    'a repetition is a new bid',
    'public',
    /the repetition of bid-1 is answered as if it were the first/,
    withFirst('repetitions', (repetition) => [{ ...repetition, replayed: false }]),
  ],
  [
    'a repetition is refused in the end',
    'public',
    /the repetition of bid-1 answers ended null after an acceptance/,
    withFirst('repetitions', (repetition) => [
      { ...repetition, answer: { accepted: false, door: 'http', code: 'ended', minimumBid: null } },
    ]),
  ],
]
