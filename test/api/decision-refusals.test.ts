import { describe, expect, test } from 'vitest'
import {
  decide,
  endAuction,
  endPending,
  moveDecision,
  standOfAuction,
  sweepOffersAt,
  toldTypes,
} from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { ACCEPT, counter, DECLINE, decided, PENDING, SOLD, shownTo, UNSOLD } from '../support/decisions.ts'
import { createAuction } from '../support/market.ts'
import { winnerOf } from '../support/offers.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const HOUR_MS = 3_600_000

const [seller, bidder, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

describe('M2: refusals, after which nothing has changed', () => {
  test('401 without a sign-in, 403 for who is not party to it, 404 for no auction', async () => {
    const auction = await endPending(seller, bidder, [[stranger, 3_000]])
    const path = `/api/auctions/${auction.id}/decision`
    expect(refusalOf(await api('POST', path, { body: ACCEPT }))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await decide(auction.id, stranger, ACCEPT))).toEqual([403, 'forbidden'])
    expect(refusalOf(await decide(auction.id, admin, ACCEPT))).toEqual([403, 'forbidden'])
    expect(refusalOf(await decide(999_999, seller, ACCEPT))).toEqual([404, 'not_found'])
    expect(await standOfAuction(auction)).toEqual(PENDING)
  })

  test('409 not_your_turn for the other side', async () => {
    const auction = await endPending(seller, bidder)
    for (const body of [ACCEPT, DECLINE, counter(4_500)]) {
      expect(refusalOf(await decide(auction.id, bidder, body))).toEqual([409, 'not_your_turn'])
    }
    await decided(auction, seller, counter(5_000))
    for (const body of [ACCEPT, DECLINE, counter(4_500)]) {
      expect(refusalOf(await decide(auction.id, seller, body))).toEqual([409, 'not_your_turn'])
    }
    expect(await standOfAuction(auction)).toEqual(PENDING)
  })

  test('409 wrong_status once it is decided, and where nothing was to be decided', async () => {
    const auction = await endPending(seller, bidder)
    await decided(auction, seller, DECLINE)
    for (const person of [seller, bidder]) {
      expect(refusalOf(await decide(auction.id, person, ACCEPT))).toEqual([409, 'wrong_status'])
    }
    expect(await standOfAuction(auction)).toEqual(UNSOLD)
    const { id } = await createAuction(seller)
    expect(refusalOf(await decide(id, seller, ACCEPT))).toEqual([409, 'wrong_status'])
    const sold = await endAuction(seller, [[bidder, { amount: 4_000 }]])
    expect(refusalOf(await decide(sold.id, seller, DECLINE))).toEqual([409, 'wrong_status'])
    expect(await standOfAuction(sold)).toEqual(SOLD)
  })

  test.each([
    {},
    { action: 'buy' },
    { action: 'counter' },
    { action: 'counter', amount: '5000' },
    { action: 'counter', amount: -1 },
    { action: 'counter', amount: 0 },
    { action: 'counter', amount: 4_500.001 },
    { action: 'counter', amount: 100_000_000 },
    [],
  ])('400 for %j', async (body) => {
    const { id } = await createAuction(seller)
    expect(refusalOf(await decide(id, seller, body))).toEqual([400, 'validation_failed'])
  })

  test('400 for a counter out of its bounds, naming them', async () => {
    const auction = await endPending(seller, bidder)
    const low = await decide(auction.id, seller, counter(4_000))
    expect(refusalOf(low)).toEqual([400, 'validation_failed'])
    expect(low.at('details')).toEqual([{ path: 'amount', message: 'Must be above $4,000.00' }])
    await decided(auction, seller, counter(5_000))
    for (const amount of [3_999, 4_000, 5_000, 6_000]) {
      const wrong = await decide(auction.id, bidder, counter(amount))
      expect(refusalOf(wrong)).toEqual([400, 'validation_failed'])
      expect(wrong.at('details.0.message')).toBe('Must be above $4,000.00 and below $5,000.00')
    }
    await decided(auction, bidder, counter(4_999.99))
  })
})

describe('M2: silence is no', () => {
  test('the deadline is judged at its stored instant by whoever acts, though nobody has swept', async () => {
    const auction = await endPending(seller, bidder)
    const deadline = Date.now() - 1
    await moveDecision(auction.id, deadline)
    expect((await shownTo(auction, seller)).decision).toMatchObject({ stage: 'expired', your_turn: false })
    expect(refusalOf(await decide(auction.id, seller, ACCEPT))).toEqual([409, 'wrong_status'])
    expect(await standOfAuction(auction)).toEqual(UNSOLD)
    const [row] = await query('SELECT stage, decided_at FROM auction_decisions WHERE auction_id = ?', [
      auction.id,
    ])
    const decidedAt = new Date(deadline).toISOString().slice(0, -1).replace('T', ' ')
    expect(row).toEqual({ stage: 'expired', decided_at: decidedAt })
    for (const person of [seller, bidder]) {
      expect(await toldTypes(person, `decision:${auction.id}:`)).toEqual(['offer_expired'])
    }
  })

  test('the sweeper applies it without anyone acting, not before its instant, and once', async () => {
    const auction = await endPending(seller, bidder)
    await decided(auction, seller, counter(5_000))
    const deadline = Date.now() + HOUR_MS
    await moveDecision(auction.id, deadline)
    await sweepOffersAt(deadline - 1)
    expect(await standOfAuction(auction)).toEqual(PENDING)
    await Promise.all([sweepOffersAt(deadline), sweepOffersAt(deadline)])
    expect(await standOfAuction(auction)).toEqual(UNSOLD)
    expect(await sweepOffersAt(deadline)).toBe(0)
    const entries = await query(
      "SELECT actor_id FROM audit_log WHERE action = 'auction.decided' AND subject_id = ?",
      [auction.id],
    )
    expect(entries).toEqual([{ actor_id: null }])
  })

  test('a vehicle whose decision is due may be put up for auction again at once', async () => {
    const auction = await endPending(seller, bidder)
    const body = { vehicle_id: auction.vehicleId, ends_at: new Date(Date.now() + HOUR_MS).toISOString() }
    const early = await api('POST', '/api/auctions', { as: seller, body })
    expect(refusalOf(early)).toEqual([409, 'wrong_status'])
    await moveDecision(auction.id, Date.now())
    ;(await api('POST', '/api/auctions', { as: seller, body })).expect(201)
  })

  test('an answer at the same moment as the deadline’s sweep: one of the two, whole', async () => {
    for (let n = 0; n < 3; n++) {
      const auction = await endPending(seller, bidder)
      const deadline = Date.now() + 5_000
      await moveDecision(auction.id, deadline)
      const [answer] = await Promise.all([decide(auction.id, seller, ACCEPT), sweepOffersAt(deadline)])
      expect(await standOfAuction(auction)).toEqual(answer.status === 200 ? SOLD : UNSOLD)
    }
  })
})

describe('races and repetition', () => {
  test('of 50 answers at once exactly one wins, and everything says the same as it', async () => {
    const auction = await endPending(seller, bidder)
    const bodies = Array.from(
      { length: 50 },
      (_, n) => [ACCEPT, counter(5_000 + n), DECLINE][n % 3] ?? ACCEPT,
    )
    const answers = await Promise.all(bodies.map((body) => decide(auction.id, seller, body)))
    const stage = winnerOf(answers).at('decision.stage')
    const stand = await standOfAuction(auction)
    expect(stand).toEqual(stage === 'sold' ? SOLD : stage === 'bidder' ? PENDING : UNSOLD)
  })

  test('repeated with its key an answer is the same again; the key with another answer is id_reused', async () => {
    const auction = await endPending(seller, bidder)
    const headers = { 'idempotency-key': 'accept-once' }
    const first = await decide(auction.id, seller, ACCEPT, headers)
    const second = await decide(auction.id, seller, ACCEPT, headers)
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('idempotent-replay')).toBe('true')
    expect(refusalOf(await decide(auction.id, seller, DECLINE, headers))).toEqual([409, 'id_reused'])
    expect(await standOfAuction(auction)).toEqual(SOLD)
  })

  test('whose COMMIT was done but its answer lost: the second run knows what the first did', async () => {
    const auction = await endPending(seller, bidder)
    const answer = await withFault({ mode: 'lose-answer', matching: '^commit', times: 1 }, () =>
      decide(auction.id, seller, ACCEPT),
    )
    expect(answer.expect(200).at('decision.agreed_price')).toBe(4_000)
    expect(answer.int('order_id')).toBeGreaterThan(0)
    expect(await standOfAuction(auction)).toEqual(SOLD)
  })

  test('an auction that was settled before there were decisions gets its own', async () => {
    const auction = await endPending(seller, bidder)
    await query('DELETE FROM auction_decisions WHERE auction_id = ?', [auction.id])
    await decided(auction, seller, ACCEPT)
    expect(await standOfAuction(auction)).toEqual(SOLD)
  })
})
