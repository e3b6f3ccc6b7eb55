import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { cents } from '../../src/lib/money.ts'
import { nameOfferSale, nameSecondChanceSale, type Sale } from '../../src/market/sale.ts'
import { invoiceSchema } from '../../src/orders/invoice-schemas.ts'
import { auditPageSchema } from '../../src/users/admin-schemas.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle, showOrder } from '../support/sales.ts'

let seller: Person
let buyer: Person
let vehicleId: number
beforeAll(async () => {
  ;[seller, buyer] = await Promise.all([signIn(), signIn()])
  vehicleId = await createActiveVehicle(seller)
})

/** A Friday in Chicago, a minute before midnight; in UTC it is Saturday. */
const LATE_ON_FRIDAY = Date.parse('2026-11-21T05:59:00Z')

const saleOf = (changes: Partial<Sale> = {}): Sale => ({
  ...nameOfferSale(7, LATE_ON_FRIDAY),
  auctionId: null,
  vehicleId,
  buyerId: buyer.user.id,
  sellerId: seller.user.id,
  price: cents(500_012),
  soldAt: LATE_ON_FRIDAY,
  ...changes,
})
const make = (sale: Sale) => {
  const { db, onSold } = createDeps(env)
  return db.transaction((tx) => onSold(tx, sale))
}

test('M5: a sale late at night belongs to the market’s day: due at the end of Tuesday', async () => {
  const orderId = await make(saleOf())
  const order = await showOrder(orderId, buyer)
  expect(order).toMatchObject({
    order_number: 'ORD-20261121-F7',
    invoice_number: 'INV-20261121-F7',
    auction_id: null,
    vehicle_price: 5_000.12,
    buyer_fee: 225.01,
    total: 5_300.13,
    sold_at: '2026-11-21T05:59:00.000Z',
    due_at: '2026-11-25T06:00:00.000Z',
  })
  const invoice = (await api('GET', `/api/orders/${orderId}/invoice`, { as: buyer }))
    .expect(200)
    .as(invoiceSchema)
  expect(invoice.lines[0]).toMatchObject({ description: 'Vehicle', rule: 'Agreed price' })
  const [row] = await query(
    'SELECT DATE_FORMAT(next_attempt_at, "%Y-%m-%dT%H") AS at FROM orders WHERE id = ?',
    [orderId],
  )
  expect(row?.at).toBe('2026-11-24T06')
})

test('M1: one order and one invoice for each sale, however often its making is tried', async () => {
  const sale = saleOf({ ...nameSecondChanceSale(9, LATE_ON_FRIDAY), auctionId: 12 })
  const orderId = await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () => make(sale))
  expect(await make(sale)).toBe(orderId)
  expect(await make({ ...sale, price: cents(1) })).toBe(orderId)
  const [orders] = await query("SELECT COUNT(*) AS count FROM orders WHERE source_key = 'second-chance:9'")
  const [lines] = await query(
    'SELECT COUNT(*) AS count FROM invoice_lines JOIN invoices ON invoices.id = invoice_id WHERE order_id = ?',
    [orderId],
  )
  expect([Number(orders?.count), Number(lines?.count)]).toEqual([1, 3])
})

test('M17: a sale by the hammer is in the audit log once: nobody did it, a deadline or a purchase brought it about', async () => {
  const { orderId, auctionId } = await sellVehicle(seller, buyer, 4_321.99)
  const admin = await signInAdmin()
  const path = `/api/admin/audit-log?subject=auction&subject_id=${auctionId}`
  const entries = (await api('GET', path, { as: admin })).expect(200).as(auditPageSchema).audit_log
  expect(entries).toMatchObject([
    {
      actor_id: null,
      action: 'auction.sold',
      before: null,
      after: { price: 4_321.99, buyer_id: buyer.user.id, order_id: orderId },
    },
  ])
})
