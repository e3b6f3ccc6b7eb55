import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Auction, evolve, type Standing } from '../../src/auctions/engine/auction.ts'
import { firstWithHighest, priceAfterLast, priceOf, reserveIn, stepOf } from './naive.ts'
import { anySteps, anyTerms, type Moment, watch } from './script.ts'

const RUNS = { numRuns: 2_000 }

/** For any terms and any sequence of commands, `look` must hold at every command judged. */
function always(look: (moment: Moment) => void): void {
  alwaysFrom(() => look)
}

/** The same where the looking itself remembers something: `begin` makes it anew for each sequence. */
function alwaysFrom(begin: () => (moment: Moment) => void): void {
  fc.assert(
    fc.property(anyTerms, anySteps, (terms, steps) => {
      watch(terms, steps, begin())
    }),
    RUNS,
  )
}

function hold(condition: boolean, rule: string, moment: Moment): void {
  if (condition) return
  const { step, before, decision } = moment
  throw new Error(`${rule}: ${JSON.stringify({ step, before: before.position, decision })}`)
}

const voids = ({ step }: Moment) => ['void', 'suspend', 'disclose'].includes(step.kind)
const snapshot = (value: unknown) => JSON.stringify(value)

describe('for any sequence of commands', () => {
  test('the price never falls but by R20 and M12, and M ≥ price ≥ starting price', () => {
    always((moment) => {
      const { before, sale } = moment
      const { price, leader } = sale.position
      if (!voids(moment)) hold(price >= before.position.price, 'the price never falls', moment)
      if (leader === null) return hold(price === 0, 'without a bid there is no price', moment)
      hold(leader.maximum >= price, 'M ≥ price', moment)
      hold(price >= sale.current.terms.startingPrice, 'price ≥ starting price', moment)
    })
  })

  test('every accepted bid by a challenger moves the price, and nobody pays more than they offered', () => {
    always((moment) => {
      const { before, decision, sale } = moment
      const { price, leader } = sale.position
      if (decision.rejected === null && decision.verdict !== null) {
        const [event] = decision.entry.events
        const byLeader = event !== undefined && 'bid' in event && event.bid.whileLeading
        if (!byLeader) hold(price > before.position.price, 'a challenger moves the price', moment)
      }
      if (leader === null) return
      const offers = sale.ledger.flatMap(({ events }) =>
        events.flatMap((event) =>
          'bid' in event && event.bid.bidderId === leader.bidderId ? [event.bid.offered] : [],
        ),
      )
      hold(offers.includes(leader.maximum), 'the maximum was offered', moment)
      hold(price <= leader.maximum, 'nobody pays more than they offered', moment)
    })
  })

  test('the leader is whoever first offered the highest standing maximum, and is not suspended', () => {
    always((moment) => {
      const { sale } = moment
      if (sale.ledger.at(-1)?.events[0]?.kind === 'bought') return
      const { leader } = sale.position
      const expected = firstWithHighest(sale.standing())
      hold(leader?.bidderId === expected?.bidderId, 'the leader offered most, and first', moment)
      hold(leader?.maximum === expected?.offered, 'M is what the leader offered', moment)
      if (leader === null || sale.position.status !== 'active') return
      hold(!sale.suspended.has(leader.bidderId), 'no suspended person leads', moment)
    })
  })

  test('price, reserve_met, counts and least bid are those of a naive reading of the rules', () => {
    always((moment) => {
      const { sale, before, decision, step } = moment
      if (decision.rejected !== null || sale.position.status !== 'active') return
      const { terms } = sale.current
      const standing = sale.standing()
      const { price, leader, reserveMet, minimumBid, bidCount, bidderCount } = sale.position
      const expected = voids(moment)
        ? Math.min(priceOf(terms, standing), before.position.price)
        : changesStanding(step.kind)
          ? priceAfterLast(terms, standing, before.position.price)
          : before.position.price
      hold(price === expected, `price ${expected}`, moment)
      const reserve = reserveIn(terms, standing)
      const met = reserve === null ? null : (firstWithHighest(standing)?.offered ?? 0) >= reserve
      hold(reserveMet === met, 'reserve_met', moment)
      const least = leader === null ? terms.startingPrice : price + stepOf(terms, price)
      hold(minimumBid === least, 'least acceptable bid', moment)
      const counted = standing.filter((item) => item.type === 'bid' && item.seq !== null)
      hold(bidCount === counted.length, 'bid_count', moment)
      hold(bidderCount === new Set(sale.aliases.values()).size, 'one alias for each bidder', moment)
    })
  })

  test('the end never moves back, and R12 keeps to its window and cap', () => {
    always((moment) => {
      const { sale, before, decision } = moment
      if (decision.rejected !== null || before.position.status !== 'active') return
      const { softClose, endsAt: original } = sale.current.terms
      const { endsAt, extendedCount, price } = sale.position
      const moved = endsAt - before.position.endsAt
      hold(moved >= 0, 'the end never moves back', moment)
      const extended = decision.entry.events.some(({ kind }) => kind === 'extended')
      hold(extendedCount - before.position.extendedCount === (extended ? 1 : 0), 'extended_count', moment)
      if (voids(moment)) return hold(!extended, 'R20 counts no extension', moment)
      hold(extended === moved > 0, 'extended says that the end moved', moment)
      const within = decision.entry.at >= before.position.endsAt - softClose.windowSeconds * 1_000
      const { maxExtensions, extensionSeconds } = softClose
      const cap = maxExtensions === null ? Infinity : original + maxExtensions * extensionSeconds * 1_000
      const counts = price > before.position.price || sale.position.reserveMet !== before.position.reserveMet
      if (extended) hold(within && counts && endsAt <= cap && softClose.mode !== 'off', 'R12 extends', moment)
    })
  })

  test('ledger numbers and seq have no gap, and fold(ledger) = state after each command', () => {
    alwaysFrom(() => {
      let folded: Auction | null = null
      let length = 0
      return (moment) => {
        const { ledger, current } = moment.sale
        // The fold goes on from the entries folded before, each read back from JSON.
        for (; length < ledger.length; length += 1) {
          folded = evolve(folded, JSON.parse(snapshot(ledger[length])))
        }
        hold(snapshot(folded) === snapshot(current), 'fold(ledger) = state', moment)
        hold(
          ledger.every(({ number }, index) => number === index + 1),
          'numbers have no gap',
          moment,
        )
        const seqs = ledger.flatMap(({ events }) => events.flatMap(({ seq }) => seq ?? []))
        hold(
          seqs.every((seq, index) => seq === index + 1),
          'seq has no gap',
          moment,
        )
        hold(current.seq === seqs.length, 'seq is the last one given', moment)
      }
    })
  })

  test('no rejected command changes the state or the ledger, and no command changes what came before', () => {
    alwaysFrom(() => {
      const seen = new Map<Auction, string>()
      return (moment) => {
        const { before, decision, sale } = moment
        hold(snapshot(before) === (seen.get(before) ?? snapshot(before)), 'what was stays', moment)
        seen.set(sale.current, snapshot(sale.current))
        if (decision.rejected === null) return
        hold(sale.current === before, 'a rejection changes nothing', moment)
        hold(sale.ledger.length === before.number, 'a rejection writes nothing', moment)
      }
    })
  })

  test('R16: after the end or a cancellation everything is refused as such', () => {
    always((moment) => {
      const { before, decision } = moment
      const { status } = before.position
      if (status !== 'ended' && status !== 'cancelled') return
      const refused = decision.rejected === status || decision.rejected === 'amount_invalid'
      hold(refused, 'nothing is accepted afterwards', moment)
    })
  })

  test("a verdict says what its entry says, and the bidder's own maximum", () => {
    always((moment) => {
      const { decision, sale } = moment
      if (decision.rejected !== null || decision.verdict === null) return
      const { entry, verdict } = decision
      const [event] = entry.events
      if (event === undefined || !('bid' in event)) throw new Error('a verdict without a bid')
      const { price, leader, minimumBid, bidCount, endsAt } = entry.after
      const own = sale.standing().filter((item: Standing) => {
        return item.type === 'bid' && item.bidderId === event.bid.bidderId
      })
      const yourMax = event.kind === 'bought' ? event.bid.offered : firstWithHighest(own)?.offered
      expect(verdict).toEqual({
        bidId: entry.number,
        seq: event.seq,
        leading: leader?.bidderId === event.bid.bidderId,
        yourMax,
        currentBid: price,
        minimumBid,
        bidCount,
        endsAt,
      })
    })
  })
})

function changesStanding(kind: string): boolean {
  return kind === 'bid' || kind === 'reserve'
}
