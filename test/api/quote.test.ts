import { beforeAll, describe, expect, test } from 'vitest'
import { invoiceSchema, quoteSchema } from '../../src/orders/invoice-schemas.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createAuction } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'
import { sellVehicle } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

/** Moves the end in MySQL, once what the room made of the auction is there: that it was armed, and has opened. */
async function setEnd(id: number, endsAt: string): Promise<void> {
  const opened = 'SELECT id FROM auctions WHERE id = ? AND projected >= 2'
  await waitFor(async () => (await query(opened, [id])).length > 0)
  await query('UPDATE auctions SET ends_at = ? WHERE id = ?', [endsAt, id])
}

let seller: Person
let buyer: Person
let auctionId: number
beforeAll(async () => {
  ;[seller, buyer] = await Promise.all([signIn(), signIn()])
  ;({ id: auctionId } = await createAuction(seller))
  await setEnd(auctionId, '2026-11-25 18:00:00.000')
})

const ask = (search: string, as?: Person, id = auctionId) =>
  api('GET', `/api/auctions/${id}/quote${search}`, { as })
const quoteOf = async (amount: string, as?: Person) =>
  (await ask(`?amount=${amount}`, as)).expect(200).as(quoteSchema)

test('M5: says before the bid what the vehicle would cost in all, to everyone', async () => {
  const expected = {
    auction_id: auctionId,
    amount: 12_345.67,
    currency: 'USD',
    lines: [
      { kind: 'vehicle', description: 'Vehicle', rule: 'Hammer price', amount: 12_345.67 },
      {
        kind: 'buyer_fee',
        description: 'Buyer’s fee',
        rule: '4.5 % of $12,345.67, at least $225.00, at most $4,500.00',
        amount: 555.56,
      },
      { kind: 'title_fee', description: 'Title fee', rule: 'Fixed', amount: 75 },
    ],
    total: 12_976.23,
    tax_state: null,
    due_at: '2026-12-01T06:00:00.000Z',
  }
  expect(await quoteOf('12345.67')).toEqual(expected)
  expect(await quoteOf('12345.67', buyer)).toEqual(expected)
  expect(await quoteOf('12345.67', seller)).toEqual(expected)
})

test.each([
  ['0.01', 300.01],
  ['1000', 1_300],
  ['100000', 104_575],
  ['99999999.99', 100_004_574.99],
])('the fee is clamped: %s comes to %d', async (amount, total) => {
  expect((await quoteOf(amount)).total).toBe(total)
})

test('the invoice of a sale at this price has the same lines and the same total', async () => {
  const price = 7_777.77
  const { orderId } = await sellVehicle(seller, buyer, price)
  const invoice = (await api('GET', `/api/orders/${orderId}/invoice`, { as: buyer }))
    .expect(200)
    .as(invoiceSchema)
  const quote = await quoteOf(String(price), buyer)
  expect(invoice.lines.map(({ added_at: _, ...line }) => line)).toEqual(quote.lines)
  expect(invoice.total).toBe(quote.total)
})

describe('the schedule of the day on which the auction ends', () => {
  beforeAll(async () => {
    await query(
      `INSERT INTO fee_schedules (effective_at, fees, calendar, created_at)
       SELECT '2030-01-01', JSON_SET(fees, '$.titleFee', 9900, '$.taxBasisPointsByState', JSON_OBJECT('TX', 625)),
         JSON_SET(calendar, '$.holidays', JSON_ARRAY('2030-03-05')), '2026-11-23'
       FROM fee_schedules ORDER BY id LIMIT 1`,
    )
  })

  test('applies, with its holidays, though it is not there yet today', async () => {
    const { id } = await createAuction(seller)
    await setEnd(id, '2029-12-31 23:59:59.999')
    expect((await ask('?amount=10000', buyer, id)).at('lines.2.amount')).toBe(75)
    await setEnd(id, '2030-03-04 18:00:00.000')
    const quote = (await ask('?amount=10000', buyer, id)).expect(200).as(quoteSchema)
    expect(quote.lines.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['vehicle', 10_000],
      ['buyer_fee', 450],
      ['title_fee', 99],
    ])
    expect(quote.due_at).toBe('2030-03-08T06:00:00.000Z')
  })

  test('the tax is that of the caller’s own state', async () => {
    const { id } = await createAuction(seller)
    await setEnd(id, '2030-03-04 18:00:00.000')
    const texan = await signIn()
    ;(await api('PUT', '/api/auth/me', { as: texan, body: { state: 'tx' } })).expect(200)
    const taxed = (await ask('?amount=10000.08', texan, id)).expect(200).as(quoteSchema)
    expect(taxed.tax_state).toBe('TX')
    expect(taxed.lines.at(-1)).toEqual({
      kind: 'tax',
      description: 'Sales tax (TX)',
      rule: '6.25 % of $10,000.08',
      amount: 625.01,
    })
    expect(taxed.total).toBe(10_000.08 + 450 + 99 + 625.01)
    const elsewhere = await signIn()
    ;(await api('PUT', '/api/auth/me', { as: elsewhere, body: { state: 'OK' } })).expect(200)
    const untaxed = (await ask('?amount=10000.08', elsewhere, id)).expect(200).as(quoteSchema)
    expect([untaxed.tax_state, untaxed.lines.length]).toEqual(['OK', 3])
  })
})

test.each([
  '',
  '?amount=',
  '?amount=0',
  '?amount=0.00',
  '?amount=-5',
  '?amount=1.001',
  '?amount=1e3',
  '?amount=abc',
  '?amount=100000000',
  '?amount=NaN',
])('400 for %j', async (search) => {
  expect(refusalOf(await ask(search))).toEqual([400, 'validation_failed'])
})

test('404 for an auction that is nowhere, 401 for a token that is not good', async () => {
  expect(refusalOf(await ask('?amount=5', undefined, 999_999))).toEqual([404, 'not_found'])
  expect(refusalOf(await api('GET', '/api/auctions/abc/quote?amount=5'))).toEqual([404, 'not_found'])
  const answer = await api('GET', `/api/auctions/${auctionId}/quote?amount=5`, { token: 'not.a.token' })
  expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
})
