import { describe, expect, test } from 'vitest'
import { SELLER, usd } from '../../engine/sale.ts'
import type { AuctionEvidence, ListingEvidence } from '../evidence/evidence.ts'
import { CHECKS, checkAuction } from './check-auction.ts'
import { checkListing } from './check-talks.ts'
import { WINNER } from './rows-stand.ts'
import { agreed, bargained, chanced, lapsed } from './talk-sounds.ts'
import { at, audit, decided, NEXT, notice, refused } from './talk-stand.ts'

type Talk = AuctionEvidence['talk']
const withTalk = <Evidence extends { talk: Talk }>(
  evidence: Evidence,
  change: (talk: Talk) => Partial<Talk>,
) => ({
  ...evidence,
  talk: { ...evidence.talk, ...change(evidence.talk) },
})
const withDecision = (evidence: AuctionEvidence, changes: Partial<NonNullable<Talk['decision']>>) =>
  withTalk(evidence, ({ decision }) => ({ decision: decision && { ...decision, ...changes } }))
const withRound = <Evidence extends { talk: Talk }>(
  evidence: Evidence,
  id: number,
  changes: Partial<Talk['rounds'][number]>,
) =>
  withTalk(evidence, ({ rounds }) => ({
    rounds: rounds.map((row) => (row.id === id ? { ...row, ...changes } : row)),
  }))
const without = <Item>(items: readonly Item[], index: number): Item[] => items.toSpliced(index, 1)

test.each([
  ['countered twice and accepted', agreed],
  ['left until its deadline', lapsed],
  ['refused, and the next one took the second chance', chanced],
])('nothing is found of a decision that was %s', (_what, sound) => {
  expect(checkAuction(sound()).problems).toEqual(Object.fromEntries(CHECKS.map((check) => [check, []])))
})

test('nothing is found of a listing on which people bargained', () => {
  expect(checkListing(bargained()).problems).toEqual([])
})

const ACCEPT = { action: 'accept' } as const
const DECIDE = { kind: 'decide', auctionId: 5, answer: ACCEPT } as const
const [order] = agreed().orders

describe('M2, M3: the check of what was decided finds that', () => {
  test.each<[string, RegExp, AuctionEvidence]>([
    ['there is no decision', /there is no decision/, withTalk(agreed(), () => ({ decision: null }))],
    [
      'it is at another stage',
      /stage declined_by_seller/,
      withDecision(agreed(), { stage: 'declined_by_seller' }),
    ],
    [
      'it was sold at another price',
      /agreed_cents 80000/,
      withDecision(agreed(), { agreed_cents: usd(800) }),
    ],
    [
      'a counter is lost',
      /bidder_counter_cents null/,
      withDecision(agreed(), { bidder_counter_cents: null }),
    ],
    [
      'it was judged after its deadline',
      /decided_at/,
      withDecision(lapsed(), { decided_at: new Date(at(41)), updated_at: new Date(at(41)) }),
    ],
    [
      'the sweeper looks again',
      /next_attempt_at/,
      withDecision(lapsed(), { next_attempt_at: new Date(at(90)) }),
    ],
    [
      'nobody has applied the deadline',
      /stage seller in MySQL, expected is expired/,
      withDecision(lapsed(), { stage: 'seller', decided_at: null }),
    ],
    [
      'an answer was taken after the deadline',
      /was done, and the stage's time was over/,
      withTalk(lapsed(), () => ({
        acts: [decided('1', SELLER, ACCEPT, 41, { stage: 'sold', agreed: 800 })],
      })),
    ],
    [
      'two answers were done',
      /2 answers were done in the stage seller_final/,
      withTalk(agreed(), ({ acts }) => ({
        acts: [
          ...acts,
          decided('6', SELLER, { action: 'decline' }, 30, {
            stage: 'declined_by_seller',
            sellerCounter: 1_000,
            bidderCounter: 900,
          }),
        ],
      })),
    ],
    [
      'an answer was acknowledged that is not there',
      /stage sold in MySQL, expected is bidder/,
      withTalk(agreed(), ({ acts }) => ({ acts: acts.slice(0, 2) })),
    ],
    [
      'somebody was refused whose turn it was',
      /was refused as not_your_turn/,
      withTalk(lapsed(), () => ({ acts: [refused('1', SELLER, DECIDE, 20, 'not_your_turn')] })),
    ],
    [
      'somebody was refused before it was over',
      /was refused as wrong_status/,
      withTalk(lapsed(), () => ({ acts: [refused('1', SELLER, DECIDE, 20, 'wrong_status')] })),
    ],
    [
      'a key gave another answer later',
      /and 409/,
      withTalk(agreed(), ({ acts: [first, ...rest] }) => {
        if (first) first.repeated = { status: 409, body: { code: 'wrong_status' }, replayed: false }
        return { acts: first ? [first, ...rest] : rest }
      }),
    ],
    [
      'somebody was not told',
      /nobody told person 3/,
      withTalk(agreed(), ({ notices }) => ({ notices: without(notices, 0) })),
    ],
    [
      'somebody was told too often',
      /somebody told person 3/,
      withTalk(agreed(), ({ notices }) => ({
        notices: [...notices, notice(WINNER, 'decision:5:expired', 'offer_expired')],
      })),
    ],
    [
      'it was decided twice',
      /decided 2 times/,
      withTalk(lapsed(), ({ audits }) => ({
        audits: [...audits, audit('auction.decided', 5, audits[0]?.after)],
      })),
    ],
    [
      'the second chance went to somebody else',
      /is to person 4, next is 1/,
      withRound(chanced(), 8, { buyer_id: 4 }),
    ],
    [
      'the second chance is dearer than the bid',
      /is of 20001/,
      withRound(chanced(), 8, { amount_cents: usd(200.01) }),
    ],
  ])('%s', (_what, says, evidence) => {
    expect(checkAuction(evidence).problems.talks.join('\n')).toMatch(says)
  })

  test.each<[string, RegExp, AuctionEvidence]>([
    ['there is no order', /has 0 orders/, { ...agreed(), orders: [] }],
    [
      'there are two',
      /has 2 orders/,
      { ...agreed(), orders: agreed().orders.flatMap((row) => [row, { ...row, id: 2 }]) },
    ],
    ['there is one after silence', /has 1 orders, not 0/, { ...lapsed(), orders: order ? [order] : [] }],
    ['the order has no invoice', /has 0 invoices/, { ...agreed(), invoices: [] }],
    [
      'the invoice is half there',
      /its invoice’s lines to 0/,
      { ...agreed(), invoices: [{ orderId: 1, lines: [] }] },
    ],
    [
      'the vehicle is still in auction',
      /its vehicle is in_auction/,
      { ...lapsed(), vehicle: { status: 'in_auction', mileage: 41_200 } },
    ],
    [
      'the outcome is still open',
      /outcome pending_seller/,
      { ...lapsed(), row: { ...lapsed().row, outcome: 'pending_seller' } },
    ],
  ])('%s', (_what, says, evidence) => {
    expect(checkAuction(evidence).problems.mysql.join('\n')).toMatch(says)
  })
})

describe('M4: the check of offers finds that', () => {
  test.each<[string, RegExp, ListingEvidence]>([
    [
      'an offer is lost',
      /was acknowledged and is not there/,
      withTalk(bargained(), ({ rounds }) => ({ rounds: without(rounds, 1) })),
    ],
    [
      'there is one that nobody made',
      /which nobody was told that they made/,
      withTalk(bargained(), ({ rounds }) => ({
        rounds: rounds.flatMap((row) => (row.id === 4 ? [row, { ...row, id: 9 }] : [row])),
      })),
    ],
    [
      'one stands that was overtaken',
      /status pending in MySQL, expected is rejected/,
      withRound(bargained(), 2, { status: 'pending' }),
    ],
    [
      'one expired at another instant',
      /expected is from/,
      withRound(bargained(), 4, { updated_at: new Date(at(43)) }),
    ],
    [
      'one is still the sweeper’s',
      /next_attempt_at/,
      withRound(bargained(), 4, { next_attempt_at: new Date(at(99)) }),
    ],
    ['one still stands by its key', /has the key 7:1/, withRound(bargained(), 3, { standing_key: '7:1' })],
    [
      'two were accepted',
      /has 1 orders, not 2/,
      withTalk(bargained(), ({ acts }) => ({
        acts: acts.map((act) =>
          act.key === '6'
            ? Object.assign(refused('6', SELLER, act.what, 50, ''), { reply: acts[4]?.reply })
            : act,
        ),
      })),
    ],
    ['there is no order', /has 0 orders/, { ...bargained(), orders: [] }],
    [
      'the vehicle is not sold',
      /the vehicle is active/,
      { ...bargained(), vehicle: { status: 'active', mileage: null } },
    ],
    [
      'somebody was not told',
      /nobody told person 2/,
      withTalk(bargained(), ({ notices }) => ({ notices: without(notices, 7) })),
    ],
    [
      'it was accepted twice',
      /has 2 acceptances/,
      withTalk(bargained(), ({ audits }) => ({ audits: [...audits, ...audits] })),
    ],
    [
      'somebody was refused while it stood',
      /was refused as wrong_status/,
      withTalk(bargained(), ({ acts }) => ({
        acts: [
          ...acts,
          refused('8', NEXT, { kind: 'answer', offerId: 3, answer: ACCEPT }, 30, 'wrong_status'),
        ],
      })),
    ],
  ])('%s', (_what, says, evidence) => {
    expect(checkListing(evidence).problems.join('\n')).toMatch(says)
  })
})
