import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cents, MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import {
  answerDecision,
  counterBounds,
  DECISION_MS,
  DECISION_STAGE,
  type Decision,
  type DecisionAnswer,
  decisionAt,
  isOpen,
  isRefusedByBidder,
  openOver,
  turnOf,
} from '../../src/offers/decision.ts'
import { OFFER_SIDE, type OfferSide } from '../../src/offers/offer.ts'
import { CLOSES_AT, usd } from '../engine/sale.ts'

const { seller, buyer } = OFFER_SIDE
const HIGH = usd(4_000)
const opened = () => openOver(HIGH, CLOSES_AT)
const counter = (dollars: number): DecisionAnswer => ({ action: 'counter', amount: usd(dollars) })
const ACCEPT: DecisionAnswer = { action: 'accept' }
const DECLINE: DecisionAnswer = { action: 'decline' }

/** What an answer leaves; fails the test where it is refused. */
function answered(
  decision: Decision,
  side: OfferSide,
  answer: DecisionAnswer,
  now = CLOSES_AT + 1,
): Decision {
  const after = answerDecision(decision, side, answer, now)
  if ('refused' in after) throw new Error(`refused: ${after.refused}`)
  return after
}
const countered = () => answered(opened(), seller, counter(5_000))
const counteredTwice = () => answered(countered(), buyer, counter(4_500))

test('M2: for 24 h from the end of the auction it is the seller’s turn, over the high bid', () => {
  expect(opened()).toEqual({
    stage: 'seller',
    highBid: HIGH,
    sellerCounter: null,
    bidderCounter: null,
    deadlineAt: CLOSES_AT + 24 * 3_600_000,
    agreed: null,
  })
  expect(turnOf(opened())).toBe(seller)
})

describe('M2: the table of turns', () => {
  test.each([
    ['the seller accepts the high bid', opened, seller, 'sold', 4_000],
    ['the bidder accepts the seller’s counter', countered, buyer, 'sold', 5_000],
    ['the seller accepts the bidder’s counter', counteredTwice, seller, 'sold', 4_500],
  ] as const)('%s: sold at that amount', (_what, stand, side, stage, agreed) => {
    expect(answered(stand(), side, ACCEPT)).toMatchObject({ stage, agreed: usd(agreed), deadlineAt: null })
  })

  test.each([
    ['the seller declines the high bid', opened, seller, 'declined_by_seller'],
    ['the bidder walks away from the seller’s counter', countered, buyer, 'declined_by_bidder'],
    ['the seller declines the bidder’s counter', counteredTwice, seller, 'declined_by_seller'],
  ] as const)('%s: nothing is agreed', (_what, stand, side, stage) => {
    expect(answered(stand(), side, DECLINE)).toMatchObject({ stage, agreed: null, deadlineAt: null })
  })

  test('a counter hands the turn over and gives 24 h from the instant it was judged', () => {
    const at = CLOSES_AT + 5_000
    const first = answered(opened(), seller, counter(5_000), at)
    expect(first).toMatchObject({ stage: 'bidder', sellerCounter: usd(5_000), deadlineAt: at + DECISION_MS })
    const second = answered(first, buyer, counter(4_500), at + 7_000)
    expect(second).toMatchObject({
      stage: 'seller_final',
      sellerCounter: usd(5_000),
      bidderCounter: usd(4_500),
      deadlineAt: at + 7_000 + DECISION_MS,
    })
  })

  test('whoever’s turn it is not is refused, whatever they say', () => {
    for (const answer of [ACCEPT, DECLINE, counter(4_600)]) {
      expect(answerDecision(opened(), buyer, answer, CLOSES_AT)).toEqual({ refused: 'not_your_turn' })
      expect(answerDecision(countered(), seller, answer, CLOSES_AT)).toEqual({ refused: 'not_your_turn' })
      expect(answerDecision(counteredTwice(), buyer, answer, CLOSES_AT)).toEqual({ refused: 'not_your_turn' })
    }
  })

  test('each side counters once: after the bidder’s counter the seller can only accept or decline', () => {
    expect(answerDecision(counteredTwice(), seller, counter(4_800), CLOSES_AT)).toEqual({
      refused: 'no_more_counters',
    })
  })

  test('what is decided stays decided', () => {
    for (const closed of [
      answered(opened(), seller, ACCEPT),
      answered(opened(), seller, DECLINE),
      answered(countered(), buyer, DECLINE),
    ]) {
      expect(turnOf(closed)).toBeNull()
      for (const side of [seller, buyer]) {
        for (const answer of [ACCEPT, DECLINE, counter(4_600)]) {
          expect(answerDecision(closed, side, answer, CLOSES_AT)).toEqual({ refused: 'decided' })
        }
      }
    }
  })
})

describe('M2: amounts', () => {
  test('the seller’s counter is above the high bid', () => {
    expect(counterBounds(opened())).toEqual({ above: HIGH, below: null })
    expect(answerDecision(opened(), seller, counter(4_000), CLOSES_AT)).toEqual({
      refused: 'amount_out_of_bounds',
    })
    expect(answered(opened(), seller, counter(4_000.01)).sellerCounter).toBe(usd(4_000.01))
  })

  test('the bidder’s counter is above the high bid and below the seller’s', () => {
    expect(counterBounds(countered())).toEqual({ above: HIGH, below: usd(5_000) })
    for (const wrong of [3_999, 4_000, 5_000, 5_001]) {
      expect(answerDecision(countered(), buyer, counter(wrong), CLOSES_AT)).toEqual({
        refused: 'amount_out_of_bounds',
      })
    }
    expect(answered(countered(), buyer, counter(4_999.99)).bidderCounter).toBe(usd(4_999.99))
  })
})

describe('M2: silence is no', () => {
  test.each([
    ['seller', opened],
    ['bidder', countered],
    ['seller_final', counteredTwice],
  ] as const)('the stage %s ends at its deadline, which it does not include', (stage, stand) => {
    const decision = stand()
    const deadlineAt = decision.deadlineAt ?? 0
    expect(decisionAt(decision, deadlineAt - 1)).toEqual(decision)
    expect(decisionAt(decision, deadlineAt)).toEqual({ ...decision, stage: 'expired', deadlineAt: null })
    const side = turnOf(decision) ?? seller
    expect(answerDecision(decision, side, ACCEPT, deadlineAt)).toEqual({ refused: 'decided' })
    expect(answered(decision, side, ACCEPT, deadlineAt - 1).stage).toBe(DECISION_STAGE.sold)
    expect(stage).toBe(decision.stage)
  })
})

test('M3: only the bidder’s no to a counter, in words or by silence, opens the second chance', () => {
  const silent = (decision: Decision) => decisionAt(decision, decision.deadlineAt ?? 0)
  expect(isRefusedByBidder(answered(countered(), buyer, DECLINE))).toBe(true)
  expect(isRefusedByBidder(silent(countered()))).toBe(true)
  for (const other of [
    opened(),
    countered(),
    counteredTwice(),
    silent(opened()),
    silent(counteredTwice()),
    answered(opened(), seller, DECLINE),
    answered(counteredTwice(), seller, DECLINE),
    answered(countered(), buyer, ACCEPT),
  ]) {
    expect(isRefusedByBidder(other)).toBe(false)
  }
})

test('M2, for any answers: at most two counters, an agreed amount from the high bid to the seller’s counter, and an end', () => {
  const anyAmount = fc.integer({ min: 1, max: MAX_AMOUNT_CENTS })
  const anyAnswer: fc.Arbitrary<DecisionAnswer> = fc.oneof(
    fc.constant(ACCEPT),
    fc.constant(DECLINE),
    anyAmount.map((amount): DecisionAnswer => ({ action: 'counter', amount: cents(amount) })),
    fc
      .integer({ min: -2, max: 500 })
      .map((above): DecisionAnswer => ({ action: 'counter', amount: cents(HIGH + above) })),
  )
  const anyStep = fc.record({
    side: fc.constantFrom(seller, buyer),
    answer: anyAnswer,
    waitMs: fc.integer({ min: 0, max: DECISION_MS + 10 }),
  })
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
      let decision = opened()
      let now = CLOSES_AT
      let accepted = 0
      for (const { side, answer, waitMs } of steps) {
        now += waitMs
        const before = decisionAt(decision, now)
        const after = answerDecision(decision, side, answer, now)
        if ('refused' in after) {
          decision = before
          continue
        }
        expect(isOpen(before) && turnOf(before) === side).toBe(true)
        accepted += 1
        decision = after
      }
      expect(accepted).toBeLessThanOrEqual(3)
      expect(decision.deadlineAt === null).toBe(!isOpen(decision))
      expect(decision.agreed === null).toBe(decision.stage !== DECISION_STAGE.sold)
      if (decision.agreed === null) return
      expect(decision.agreed).toBeGreaterThanOrEqual(HIGH)
      expect(decision.agreed).toBeLessThanOrEqual(decision.sellerCounter ?? HIGH)
    }),
  )
})
