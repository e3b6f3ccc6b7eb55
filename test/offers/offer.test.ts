import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cents } from '../../src/lib/money.ts'
import {
  answerRound,
  counterBounds,
  isWithin,
  MAX_ROUNDS,
  OFFER_ACTION,
  OFFER_KIND,
  OFFER_MS,
  OFFER_SIDE,
  OFFER_STATUS,
  type OfferAction,
  offerBounds,
  otherSide,
  type Round,
  statusAt,
  turnOf,
} from '../../src/offers/offer.ts'
import { usd } from '../engine/sale.ts'

const { buyer, seller } = OFFER_SIDE
const NOW = Date.UTC(2027, 0, 4, 15)
const ACTIONS = Object.values(OFFER_ACTION)

const roundOf = (changes: Partial<Round> = {}): Round => ({
  kind: OFFER_KIND.listing,
  status: OFFER_STATUS.pending,
  madeBy: buyer,
  amount: usd(5_000),
  round: 1,
  expiresAt: NOW + OFFER_MS.listing,
  ...changes,
})

test('M4: an offer stands 48 h; M3: a second chance 24 h', () => {
  expect(OFFER_MS).toEqual({ listing: 48 * 3_600_000, second_chance: 24 * 3_600_000 })
})

describe('M4: the table of transitions', () => {
  const REACHED: Record<OfferAction, string> = {
    accept: 'accepted',
    reject: 'rejected',
    counter: 'countered',
    withdraw: 'withdrawn',
  }

  test.each([buyer, seller])(
    'a round by the %s is answered by the other side, and withdrawn by its maker',
    (madeBy) => {
      const round = roundOf({ madeBy })
      for (const action of ACTIONS) {
        const [may, mayNot] =
          action === 'withdraw' ? [madeBy, otherSide(madeBy)] : [otherSide(madeBy), madeBy]
        expect(answerRound(round, may, action, NOW)).toEqual({ status: REACHED[action] })
        expect(answerRound(round, mayNot, action, NOW)).toEqual({ refused: 'not_your_turn' })
      }
    },
  )

  test('no status but pending is ever left', () => {
    for (const status of Object.values(OFFER_STATUS)) {
      if (status === OFFER_STATUS.pending) continue
      for (const side of [buyer, seller]) {
        for (const action of ACTIONS) {
          expect(answerRound(roundOf({ status }), side, action, NOW)).toEqual({ refused: 'not_standing' })
        }
      }
    }
  })

  test('M3: a second chance is accepted or rejected, neither countered nor withdrawn', () => {
    const chance = roundOf({ kind: OFFER_KIND.secondChance, madeBy: seller })
    expect(answerRound(chance, buyer, 'accept', NOW)).toEqual({ status: 'accepted' })
    expect(answerRound(chance, buyer, 'reject', NOW)).toEqual({ status: 'rejected' })
    expect(answerRound(chance, buyer, 'counter', NOW)).toEqual({ refused: 'not_for_this_kind' })
    expect(answerRound(chance, seller, 'withdraw', NOW)).toEqual({ refused: 'not_for_this_kind' })
  })

  test('an offer and each counter is one round: the fifth cannot be countered', () => {
    expect(answerRound(roundOf({ round: 4 }), seller, 'counter', NOW)).toEqual({ status: 'countered' })
    expect(answerRound(roundOf({ round: MAX_ROUNDS }), seller, 'counter', NOW)).toEqual({
      refused: 'rounds_used',
    })
    expect(answerRound(roundOf({ round: MAX_ROUNDS }), seller, 'accept', NOW)).toEqual({ status: 'accepted' })
  })
})

test('M4: a round stands until its deadline, which it does not include', () => {
  const round = roundOf()
  expect(statusAt(round, round.expiresAt - 1)).toBe(OFFER_STATUS.pending)
  expect(statusAt(round, round.expiresAt)).toBe(OFFER_STATUS.expired)
  expect(turnOf(round, round.expiresAt - 1)).toBe(seller)
  expect(turnOf(round, round.expiresAt)).toBeNull()
  expect(answerRound(round, seller, 'accept', round.expiresAt)).toEqual({ refused: 'not_standing' })
  expect(statusAt(roundOf({ status: OFFER_STATUS.rejected }), round.expiresAt)).toBe(OFFER_STATUS.rejected)
})

describe('M4: amounts', () => {
  test('an offer is below the buy-now price where there is one', () => {
    expect(isWithin(usd(9_999.99), offerBounds(usd(10_000)))).toBe(true)
    expect(isWithin(usd(10_000), offerBounds(usd(10_000)))).toBe(false)
    expect(isWithin(usd(90_000_000), offerBounds(null))).toBe(true)
  })

  test('the first counter is above the offer, and below the buy-now price where there is one', () => {
    expect(counterBounds(usd(5_000), null, usd(10_000))).toEqual({ above: usd(5_000), below: usd(10_000) })
    expect(counterBounds(usd(5_000), null, null)).toEqual({ above: usd(5_000), below: null })
    expect(isWithin(usd(5_000), counterBounds(usd(5_000), null, null))).toBe(false)
  })

  test('each further counter lies strictly between the two last amounts, whoever’s turn it is', () => {
    expect(counterBounds(usd(8_000), usd(5_000), null)).toEqual({ above: usd(5_000), below: usd(8_000) })
    expect(counterBounds(usd(6_000), usd(8_000), usd(7_000))).toEqual({
      above: usd(6_000),
      below: usd(8_000),
    })
    for (const wrong of [5_000, 8_000]) {
      expect(isWithin(usd(wrong), counterBounds(usd(8_000), usd(5_000), null))).toBe(false)
    }
  })

  test('the two sides come ever closer, for any counters that are allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.integer({ min: 1, max: 2_000 })),
        (first, tries) => {
          const amounts = [cents(first)]
          for (const amount of tries) {
            const [last, previous] = amounts.toReversed()
            if (last === undefined || amounts.length === MAX_ROUNDS) break
            if (isWithin(cents(amount), counterBounds(last, previous ?? null, cents(1_500)))) {
              amounts.push(cents(amount))
            }
          }
          for (let n = 2; n < amounts.length; n++) {
            const [a = 0, b = 0, c = 0] = amounts.slice(n - 2)
            expect(Math.min(a, b) < c && c < Math.max(a, b)).toBe(true)
          }
        },
      ),
    )
  })
})
