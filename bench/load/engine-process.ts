/** Judges bids with the engine alone, after histories of several lengths. */
import { z } from 'zod'
import type { Auction, AuctionTerms, Bidder } from '../../src/auctions/engine/auction.ts'
import { evolve } from '../../src/auctions/engine/auction.ts'
import { decide, decideDue } from '../../src/auctions/engine/decide.ts'
import { DEFAULT_INCREMENTS } from '../../src/auctions/engine/increments.ts'
import { DEFAULT_SOFT_CLOSE } from '../../src/auctions/engine/terms.ts'
import { cents } from '../../src/lib/money.ts'
import { answerOnce, orderOf } from './once.ts'

const order = orderOf(z.object({ histories: z.array(z.number().int().nonnegative()), forMs: z.number() }))
const BIDDERS = 10
/** Commands judged from one state before it is taken up again, so that its history stays the length it is. */
const RUN = 10
const RUNS_BETWEEN_LOOKS = 100
const START = 1_700_000_000_000
const STEP = cents(1)

const bidders: Bidder[] = Array.from({ length: BIDDERS }, (_, index) => ({
  bidderId: index + 1,
  sellerProfileId: null,
  eligible: true,
  alias: `Bidder ${index + 1}`,
}))

function open(): Auction {
  const terms: AuctionTerms = {
    auctionId: 1,
    sellerId: 900,
    sellerProfileId: null,
    saleType: 'reserve',
    startingPrice: cents(100),
    reservePrice: null,
    buyNowPrice: null,
    // As many rows as by default, with steps small enough for a long history.
    increments: DEFAULT_INCREMENTS.map(({ from }) => ({ from, step: STEP })),
    softClose: DEFAULT_SOFT_CLOSE,
    belowReserve: 'proxy',
    startsAt: START,
    endsAt: START + 3_600_000,
  }
  const armed = decide(null, null, { kind: 'arm', terms }, START)
  if (armed.rejected !== null) throw new Error(armed.rejected)
  const auction = evolve(null, armed.entry)
  const opened = decideDue(auction, START)
  if (opened === null) throw new Error('The auction did not open')
  return evolve(auction, opened)
}

/** The next bidder outbids, by an exact bid and by a maximum in turn. */
function bid(auction: Auction): Auction {
  const { minimumBid, bidCount } = auction.position
  const bidder = bidders[bidCount % BIDDERS]
  if (bidder === undefined || minimumBid === null) throw new Error('Nobody can bid')
  const offer = bidCount % 2 === 0 ? 'exact' : 'max'
  const command = { kind: 'bid', offer, amount: minimumBid } as const
  const decision = decide(auction, bidder, command, START + bidCount)
  if (decision.rejected !== null) throw new Error(decision.rejected)
  return evolve(auction, decision.entry)
}

function measure(base: Auction, forMs: number): number {
  const startedAt = performance.now()
  let commands = 0
  let now = startedAt
  while (now - startedAt < forMs) {
    for (let run = 0; run < RUNS_BETWEEN_LOOKS; run++) {
      let auction = base
      for (let index = 0; index < RUN; index++) auction = bid(auction)
    }
    commands += RUNS_BETWEEN_LOOKS * RUN
    now = performance.now()
  }
  return commands / ((now - startedAt) / 1_000)
}

measure(open(), order.forMs)
answerOnce(
  order.histories.map((earlierBids) => {
    let auction = open()
    for (let index = 0; index < earlierBids; index++) auction = bid(auction)
    return { earlierBids, commandsPerSecond: measure(auction, order.forMs) }
  }),
)
