import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import { findOutbid, viewAuction, viewBid, viewEvents } from '../../src/auctions/engine/view.ts'
import { MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import { amountOf, anySteps, anyTerms, armedSale, type Step, take } from './script.ts'

const proxyTerms = anyTerms.map((terms) => ({ ...terms, belowReserve: 'proxy' as const }))

/** The same steps with every amount fixed to what it was when they were first taken. */
function fixAmounts(terms: AuctionTerms, steps: readonly Step[]): { fixed: Step[]; leads: number[] } {
  const sale = armedSale(terms)
  const leads: number[] = []
  const fixed = steps.map((step, index) => {
    sale.now += step.waitMs
    sale.wake()
    const aimed = step.kind === 'bid' || (step.kind === 'reserve' && step.aim !== null)
    const plain =
      aimed && step.aim !== null
        ? { ...step, aim: { from: 'zero' as const, plus: amountOf(sale, step.aim) } }
        : step
    const decision = take(sale, plain)
    const event = decision?.rejected === null ? decision.entry.events[0] : undefined
    if (event !== undefined && 'bid' in event && event.bid.kind === 'max') {
      if (sale.position.leader?.bidderId === event.bid.bidderId) leads.push(index)
    }
    return plain
  })
  return { fixed, leads }
}

/** A larger maximum on the same side of every reserve that was or might have been set, or null. */
function largerOnSameSide(terms: AuctionTerms, steps: readonly Step[], maximum: number, more: number) {
  const reserves = steps.flatMap((step) =>
    step.kind === 'reserve' && step.aim !== null ? [step.aim.plus] : [],
  )
  if (terms.reservePrice !== null) reserves.push(terms.reservePrice)
  const above = reserves.filter((reserve) => reserve > maximum)
  const larger = Math.min(maximum + more, MAX_AMOUNT_CENTS, ...above.map((reserve) => reserve - 1))
  return larger > maximum ? larger : null
}

/** Every byte that others than `bidderId` receive, command by command, while the price is below `until`. */
function othersReceive(
  terms: AuctionTerms,
  steps: readonly Step[],
  bidderId: number,
  from: number,
  until: number,
) {
  const sale = armedSale(terms)
  const received: string[] = []
  for (const [index, step] of steps.entries()) {
    sale.now += step.waitMs
    sale.wake()
    const before = sale.current
    const decision = take(sale, step)
    if (index >= from && sale.position.price >= until) break
    const own = 'who' in step && step.who === bidderId
    const answer = decision === null || own ? null : { ...decision, entry: null }
    const entries = sale.ledger.slice(before.number)
    const views = [
      viewAuction(sale.current, { seesReserve: false, bidder: null }, sale.now),
      viewAuction(sale.current, { seesReserve: true, bidder: null }, sale.now),
    ]
    for (const [other, alias] of sale.aliases) {
      const bidder = { bidderId: other, alias, maximum: null }
      if (other !== bidderId) views.push(viewAuction(sale.current, { seesReserve: false, bidder }, sale.now))
    }
    const frames = entries.map((entry) => [viewEvents(entry), viewBid(entry), findOutbid(before, entry)])
    received.push(JSON.stringify([answer, frames, views]))
  }
  return received
}

test('R19: with proxy, a larger maximum on the same side of the reserve changes no byte for others', () => {
  let compared = 0
  const choice = fc.record({ pick: fc.nat({ max: 1_000 }), more: fc.integer({ min: 1, max: 500_000 }) })
  fc.assert(
    fc.property(proxyTerms, anySteps, choice, (terms, steps, { pick, more }) => {
      const { fixed, leads } = fixAmounts(terms, steps)
      const at = leads[pick % Math.max(1, leads.length)]
      const chosen = at === undefined ? undefined : fixed[at]
      if (at === undefined || chosen?.kind !== 'bid') return
      // A later raise of the same bidder's own would itself be another bid under a larger maximum.
      const rest = fixed.filter(
        (step, index) => index <= at || step.kind !== 'bid' || step.who !== chosen.who,
      )
      const maximum = chosen.aim.plus
      const larger = largerOnSameSide(terms, rest, maximum, more)
      if (larger === null) return
      const raised = rest.with(at, { ...chosen, aim: { from: 'zero', plus: larger } })
      const normal = othersReceive(terms, rest, chosen.who, at, maximum)
      const other = othersReceive(terms, raised, chosen.who, at, maximum)
      for (const [index, frames] of normal.entries()) expect(other[index]).toBe(frames)
      compared += Math.max(0, normal.length - at - 1)
    }),
    { numRuns: 3_000 },
  )
  // The test means something only where commands followed while the secret was still one.
  expect(compared).toBeGreaterThan(2_000)
})
