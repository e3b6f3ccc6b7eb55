/** A lone surrogate is no Unicode: JSON can carry one, MySQL's JSON columns and everyone's screens cannot. */
import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import { payByHand } from '../support/payments.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle } from '../support/sales.ts'

const LONE = 'half \ud83d of it'

const [admin, seller, buyer] = await Promise.all([signInAdmin(), signIn(), signIn()])

describe('text that is no Unicode is 400 wherever it stands, and changes nothing', () => {
  test('in the reason of a refund, which is recorded as JSON', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const paymentId = (await payByHand(orderId, admin, { amount: 10 })).expect(201).int('payment.id')
    const answer = await api('POST', `/api/payments/${paymentId}/refunds`, {
      as: admin,
      body: { reason: LONE },
    })
    expect(answer.status).toBe(400)
    expect(answer.at('code')).toBe('validation_failed')
    expect(answer.at('details')).toEqual([{ path: 'reason', message: 'Must be well-formed Unicode text' }])
    expect(await query('SELECT id FROM refunds WHERE order_id = ?', [orderId])).toEqual([])
  })

  test('within a saved search', async () => {
    const body = { name: 'Mine', filters: { q: LONE } }
    const answer = await api('POST', '/api/saved-searches', { as: buyer, body })
    expect([answer.status, answer.at('details')]).toEqual([
      400,
      [{ path: 'filters.q', message: 'Must be well-formed Unicode text' }],
    ])
  })

  test('in a message that would be stored as something else than what was said', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const body = { amount: 500, message: LONE }
    const answer = await api('POST', `/api/vehicles/${vehicleId}/offers`, { as: buyer, body })
    expect(answer.status).toBe(400)
    expect(await query('SELECT id FROM offers WHERE vehicle_id = ?', [vehicleId])).toEqual([])
  })

  test('whole characters of any plane are taken', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const body = { amount: 500, message: 'whole 😀 it is' }
    const answer = await api('POST', `/api/vehicles/${vehicleId}/offers`, { as: buyer, body })
    expect(answer.expect(201).at('offer.message')).toBe(body.message)
  })
})
