import { describe, expect, test } from 'vitest'
import { invoiceSchema } from '../../src/orders/invoice-schemas.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { move, sellVehicle, showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, stranger, admin] = await Promise.all([
  signIn(undefined, { first_name: 'Sam', last_name: 'Seller' }),
  signIn(undefined, { first_name: 'Bea', last_name: 'Buyer' }),
  signIn(),
  signInAdmin(),
])

const ask = (orderId: number, as?: Person, accept?: string) =>
  api('GET', `/api/orders/${orderId}/invoice`, {
    as,
    ...(accept !== undefined && { headers: { accept } }),
  })
const invoiceOf = async (orderId: number, as: Person = buyer) =>
  (await ask(orderId, as)).expect(200).as(invoiceSchema)

describe('M5: the invoice as JSON', () => {
  test('has each line with its rule, and what is due until when', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer, 12_345.67)
    const order = await showOrder(orderId, buyer)
    const added_at = order.sold_at
    for (const person of [buyer, seller, admin]) {
      expect(await invoiceOf(orderId, person)).toEqual({
        invoice_number: order.invoice_number,
        order_id: orderId,
        order_number: order.order_number,
        status: 'pending_payment',
        issued_at: order.sold_at,
        due_at: order.due_at,
        time_zone: 'America/Chicago',
        seller: order.seller,
        buyer: {
          ...order.buyer,
          address: { line1: null, line2: null, city: null, state: null, zip_code: null },
        },
        vehicle: {
          id: vehicleId,
          vin: order.vehicle.vin,
          year: 2003,
          make: 'Honda',
          model: 'Accord',
          trim: 'EX',
          mileage: 90_000,
        },
        currency: 'USD',
        lines: [
          { kind: 'vehicle', description: 'Vehicle', rule: 'Hammer price', amount: 12_345.67, added_at },
          {
            kind: 'buyer_fee',
            description: 'Buyer’s fee',
            rule: '4.5 % of $12,345.67, at least $225.00, at most $4,500.00',
            amount: 555.56,
            added_at,
          },
          { kind: 'title_fee', description: 'Title fee', rule: 'Fixed', amount: 75, added_at },
        ],
        total: 12_976.23,
        paid: 0,
        refunded: 0,
        balance: 12_976.23,
      })
    }
  })

  test('nothing is due once the order was cancelled', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    await move(orderId, 'cancelled')
    expect(await invoiceOf(orderId)).toMatchObject({ status: 'cancelled', balance: 0 })
  })

  test('is for buyer, seller and admins: 404 for everybody else, 401 without a sign-in', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const accept of ['application/json', 'text/html']) {
      expect(refusalOf(await ask(orderId, stranger, accept))).toEqual([404, 'not_found'])
      expect(refusalOf(await ask(orderId, undefined, accept))).toEqual([401, 'unauthenticated'])
      expect(refusalOf(await ask(999_999, buyer, accept))).toEqual([404, 'not_found'])
    }
  })
})

describe('M5: the invoice as a page to print', () => {
  const pageOf = async (orderId: number, as: Person = buyer) =>
    (await ask(orderId, as, 'text/html')).expect(200)

  test.each([
    ['text/html', 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['application/json;q=0.9, text/html;q=0.5', 'application/json'],
    ['image/png', 'application/json'],
  ])('Accept: %s is answered with %s', async (accept, type) => {
    const { orderId } = await sellVehicle(seller, buyer)
    const answer = (await ask(orderId, buyer, accept)).expect(200)
    expect(answer.headers.get('content-type')).toContain(type)
    expect(answer.headers.get('vary')).toMatch(/\bAccept\b/)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
  })

  test('shows numbers, lines, sums, and the last day as the market counts it', async () => {
    const { orderId } = await sellVehicle(seller, buyer, 12_345.67)
    await query("UPDATE orders SET due_at = '2026-11-26 06:00:00.000', paid_cents = 100000 WHERE id = ?", [
      orderId,
    ])
    const { text } = await pageOf(orderId)
    const { invoice_number, order_number } = await showOrder(orderId, buyer)
    for (const shown of [
      invoice_number,
      order_number,
      'Bea Buyer',
      'Sam Seller',
      '2003 Honda Accord EX',
      '4.5 % of $12,345.67, at least $225.00, at most $4,500.00',
      '$555.56',
      '$12,976.23',
      '$1,000.00',
      '$11,976.23',
      'Due by the end of November 25, 2026',
    ]) {
      expect(text).toContain(shown)
    }
    expect(text).toContain('@media print')
  })

  test('says so where nothing is due', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    await query('UPDATE orders SET paid_cents = total_cents WHERE id = ?', [orderId])
    await move(orderId, 'paid')
    expect((await pageOf(orderId)).text).toContain('Paid in full')
    const cancelled = await sellVehicle(seller, buyer)
    await move(cancelled.orderId, 'cancelled')
    expect((await pageOf(cancelled.orderId)).text).toContain('The order is cancelled: nothing is due')
  })

  test('escapes whatever people wrote: names, addresses, vehicles', async () => {
    const evil = `<script>alert("1")</script>'&`
    const person = await signIn(undefined, { first_name: evil, last_name: '<img src=x onerror=alert(1)>' })
    const body = { address_line1: evil, city: '"><b>', state: '<i>', zip_code: "'" }
    ;(await api('PUT', '/api/auth/me', { as: person, body })).expect(200)
    const { orderId } = await sellVehicle(seller, person, 10_000, { trim: '</title><script>' })
    const { text } = await pageOf(orderId, person)
    expect(text).not.toMatch(/<(?:script|img|b|i)\b/i)
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;')
    expect(text).toContain('&lt;/title&gt;&lt;script&gt;')
  })

  test('runs no script and loads nothing: its policy allows its own sheet alone', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const { headers, text } = await pageOf(orderId)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      expect.stringMatching(/^style-src 'sha256-[A-Za-z0-9+/]{43}='$/),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    const sheet = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? ''
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sheet))
    expect(policy).toContain(`'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`)
    expect(text).not.toMatch(/<script|<link|<img|\sstyle=|\son\w+=|url\(/i)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

// The last one: its schedule applies from then on.
test('an invoice keeps the terms that it was made under, whatever applies later', async () => {
  const { orderId } = await sellVehicle(seller, buyer, 10_000)
  const before = await invoiceOf(orderId)
  await query(
    `INSERT INTO fee_schedules (effective_at, fees, calendar, created_at)
     SELECT UTC_TIMESTAMP(3), JSON_SET(fees, '$.titleFee', 9900, '$.taxBasisPointsByState', JSON_OBJECT('TX', 625)),
       calendar, UTC_TIMESTAMP(3) FROM fee_schedules ORDER BY id LIMIT 1`,
  )
  expect(await invoiceOf(orderId)).toEqual(before)

  ;(await api('PUT', '/api/auth/me', { as: buyer, body: { state: 'tx' } })).expect(200)
  const taxed = await sellVehicle(seller, buyer, 10_000)
  const { lines, total } = await invoiceOf(taxed.orderId)
  expect(lines.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['vehicle', 10_000],
    ['buyer_fee', 450],
    ['title_fee', 99],
    ['tax', 625],
  ])
  expect(total).toBe(11_174)
  expect(await showOrder(taxed.orderId, buyer)).toMatchObject({ title_fee: 99, tax: 625, total: 11_174 })
})
