import { beforeAll, expect, test } from 'vitest'
import { orderPageSchema } from '../../src/orders/schemas.ts'
import { type ApiResponse, api } from '../support/api.ts'
import { countReads, query } from '../support/database.ts'
import { copyRow } from '../support/many-vehicles.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle } from '../support/sales.ts'

const READS_MAX = 2_000
const ORDERS = 6_000
const FIRST_ID = 100_000

let dealer: Person
let admin: Person
beforeAll(async () => {
  const [other, buyer] = await Promise.all([signIn(), signIn()])
  ;[dealer, admin] = await Promise.all([signIn(), signInAdmin()])
  const { orderId } = await sellVehicle(other, buyer)
  const [invoice] = await query('SELECT id FROM invoices WHERE order_id = ?', [orderId])
  const isBought = 'n % 2 = 0'
  const order = {
    id: `${FIRST_ID} + n`,
    order_number: "CONCAT('ORD-', n)",
    source_key: "CONCAT('offer:', n)",
    buyer_id: `IF(${isBought}, ${dealer.user.id}, ${other.user.id})`,
    seller_id: `IF(${isBought}, ${other.user.id}, ${dealer.user.id})`,
    status: "IF(n % 1000 < 2, 'refunded', IF(n % 3 = 0, 'completed', 'cancelled'))",
  }
  await copyRow('orders', orderId, order, 0, ORDERS)
  const copied = { id: `${FIRST_ID} + n`, order_id: `${FIRST_ID} + n`, invoice_number: "CONCAT('INV-', n)" }
  await copyRow('invoices', Number(invoice?.id), copied, 0, ORDERS)
  await query('ANALYZE TABLE orders, invoices')
})

/** Which of the copies a list should show, the newest first. */
const wanted = (fits: (n: number) => boolean): number[] =>
  Array.from({ length: ORDERS }, (_, n) => n)
    .filter(fits)
    .map((n) => FIRST_ID + n)
    .reverse()

const isRefunded = (n: number) => n % 1000 < 2
const isCompleted = (n: number) => !isRefunded(n) && n % 3 === 0

test.each<[string, (n: number) => boolean]>([
  ['', () => true],
  ['role=buyer', (n) => n % 2 === 0],
  ['role=seller', (n) => n % 2 === 1],
  ['status=refunded', isRefunded],
  ['status=completed', isCompleted],
  ['role=seller&status=refunded', (n) => isRefunded(n) && n % 2 === 1],
  ['role=buyer&status=completed', (n) => isCompleted(n) && n % 2 === 0],
  ['role=buyer&status=pending_payment', () => false],
  ['role=admin', () => true],
  ['role=admin&status=refunded', isRefunded],
  ['role=admin&status=paid', () => false],
  ['role=admin&buyer_id=DEALER', (n) => n % 2 === 0],
  ['role=admin&seller_id=DEALER&status=refunded', (n) => isRefunded(n) && n % 2 === 1],
  ['role=admin&order_number=ORD-4321', (n) => n === 4_321],
])('a list of orders reads at most 2000 rows of 6000: %s', async (filters, fits) => {
  const ids = wanted(fits)
  const search = filters.replace('DEALER', String(dealer.user.id))
  const as = filters.startsWith('role=admin') ? admin : dealer
  const get = async (more: string): Promise<ApiResponse> => {
    let answer: ApiResponse | undefined
    const { handlerReads, statements } = await countReads(async () => {
      answer = await api('GET', `/api/orders?${search}&${more}`, { as })
    })
    const dearest = statements.toSorted((a, b) => b.handlerReads - a.handlerReads)[0]
    expect(handlerReads, `${dearest?.handlerReads} for ${dearest?.sql}`).toBeLessThanOrEqual(READS_MAX)
    if (answer === undefined) throw new Error('No answer')
    return answer.expect(200)
  }
  await api('GET', '/api/orders', { as })
  const first = (await get('per_page=20')).as(orderPageSchema)
  expect(first.orders.map(({ id }) => id)).toEqual(ids.slice(0, 20))
  expect([first.total, first.total_capped]).toEqual([Math.min(ids.length, 1_200), ids.length > 1_200])
  if (first.next_cursor === null) return
  const second = (await get(`per_page=20&cursor=${first.next_cursor}`)).as(orderPageSchema)
  expect(second.orders.map(({ id }) => id)).toEqual(ids.slice(20, 40))
})
