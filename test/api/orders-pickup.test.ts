import { expect, test } from 'vitest'
import { cents } from '../../src/lib/money.ts'
import { addInvoiceLine } from '../../src/orders/add-invoice-line.ts'
import { api } from '../support/api.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { inOrderTransaction, move, orderAudit, sellVehicle, showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

const patch = (orderId: number, as?: Person, body: unknown = { is_pickup: true }) =>
  api('PATCH', `/api/orders/${orderId}`, { as, body })

test('M9: the buyer chooses to collect, and changes their mind; the audit log has both once', async () => {
  const { orderId } = await sellVehicle(seller, buyer)
  expect((await patch(orderId, buyer)).expect(200).at('is_pickup')).toBe(true)
  expect((await patch(orderId, buyer)).expect(200).at('is_pickup')).toBe(true)
  expect((await showOrder(orderId, seller)).is_pickup).toBe(true)
  expect((await patch(orderId, admin, { is_pickup: false })).expect(200).at('is_pickup')).toBe(false)
  const entries = await orderAudit(orderId)
  expect(entries.map(({ actor_id, after }) => [actor_id, after])).toEqual([
    [buyer.user.id, { is_pickup: true }],
    [admin.user.id, { is_pickup: false }],
  ])
  expect((await showOrder(orderId, buyer)).history).toHaveLength(1)
})

test('as long as nothing is on its way: paid and title_processing too, later 409', async () => {
  const { orderId } = await sellVehicle(seller, buyer)
  for (const to of ['paid', 'title_processing'] as const) {
    await move(orderId, to)
    ;(await patch(orderId, buyer, { is_pickup: true })).expect(200)
    ;(await patch(orderId, buyer, { is_pickup: false })).expect(200)
  }
  await move(orderId, 'transport_scheduled')
  expect(refusalOf(await patch(orderId, buyer))).toEqual([409, 'wrong_status'])
  expect((await showOrder(orderId, buyer)).is_pickup).toBe(false)
})

test('a transport that is on the invoice settles it: 409', async () => {
  const { orderId } = await sellVehicle(seller, buyer)
  await inOrderTransaction((tx, ctx) =>
    addInvoiceLine(tx, ctx, {
      orderId,
      kind: 'transport_fee',
      description: 'Transport',
      rule: 'Quoted',
      amount: cents(30_000),
      at: new Date(),
    }),
  )
  expect(refusalOf(await patch(orderId, buyer))).toEqual([409, 'wrong_status'])
})

test('is for the buyer to say: the seller 403, a stranger 404, without a sign-in 401', async () => {
  const { orderId } = await sellVehicle(seller, buyer)
  expect(refusalOf(await patch(orderId, seller))).toEqual([403, 'forbidden'])
  expect(refusalOf(await patch(orderId, stranger))).toEqual([404, 'not_found'])
  expect(refusalOf(await patch(orderId))).toEqual([401, 'unauthenticated'])
  expect((await showOrder(orderId, buyer)).is_pickup).toBe(false)
})

test.each([{}, { is_pickup: 'yes' }, { is_pickup: null }, [], 'true'])('400 for %j', async (body) => {
  const { orderId } = await sellVehicle(seller, buyer)
  expect(refusalOf(await patch(orderId, buyer, body))).toEqual([400, 'validation_failed'])
})
