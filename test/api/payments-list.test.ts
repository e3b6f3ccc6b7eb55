import { describe, expect, test } from 'vitest'
import { paymentPageSchema } from '../../src/orders/payment-schemas.ts'
import { api } from '../support/api.ts'
import { payByHand } from '../support/payments.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

describe('GET /api/orders/:id/payments', () => {
  const list = (orderId: number, as?: Person, search = '') =>
    api('GET', `/api/orders/${orderId}/payments${search}`, { as })

  test('shows buyer, seller and admins the same, the newest first; the note only to admins', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const amount of [1, 2, 3]) {
      ;(await payByHand(orderId, admin, { amount, note: 'Ours' })).expect(201)
    }
    for (const person of [buyer, seller, admin]) {
      const page = (await list(orderId, person)).expect(200).as(paymentPageSchema)
      expect(page.payments.map(({ amount }) => amount)).toEqual([3, 2, 1])
      expect(page).toMatchObject({ total: 3, total_capped: false, pages: 1, current_page: 1 })
      expect(page.payments[0]?.note).toBe(person === admin ? 'Ours' : null)
    }
  })

  test('goes on by page and by cursor', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const amount of [1, 2, 3]) (await payByHand(orderId, admin, { amount })).expect(201)
    const first = (await list(orderId, buyer, '?per_page=2')).expect(200).as(paymentPageSchema)
    expect(first.payments.map(({ amount }) => amount)).toEqual([3, 2])
    const rest = (await list(orderId, buyer, `?cursor=${first.next_cursor}`)).expect(200)
    expect(rest.as(paymentPageSchema).payments.map(({ amount }) => amount)).toEqual([1])
    expect(refusalOf(await list(orderId, buyer, '?per_page=0'))).toEqual([400, 'validation_failed'])
  })

  test('is 404 for a stranger and for what is not there, 401 without a sign-in', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    expect(refusalOf(await list(orderId, stranger))).toEqual([404, 'not_found'])
    expect(refusalOf(await list(999_999, admin))).toEqual([404, 'not_found'])
    expect(refusalOf(await list(orderId))).toEqual([401, 'unauthenticated'])
  })
})
