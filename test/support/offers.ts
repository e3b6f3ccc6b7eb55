/** Offers on listings, made and answered through the API. */
import type { z } from 'zod'
import { offerAnsweredSchema, offerMadeSchema, offerPageSchema } from '../../src/offers/schemas.ts'
import { type ApiResponse, api } from './api.ts'
import { query } from './database.ts'
import type { Person } from './people.ts'

export const offerOn = (
  vehicleId: number,
  as: Person,
  amount: number,
  headers: Record<string, string> = {},
) => api('POST', `/api/vehicles/${vehicleId}/offers`, { as, headers, body: { amount } })

export async function offered(vehicleId: number, as: Person, amount: number) {
  return (await offerOn(vehicleId, as, amount)).expect(201).as(offerMadeSchema).offer
}

/** `action` as in `POST /api/offers/:id/<action>`. */
export const answer = (offerId: number, as: Person, action: string, body?: object) =>
  api('POST', `/api/offers/${offerId}/${action}`, { as, body })

export async function answered(
  offerId: number,
  as: Person,
  action: string,
  body?: object,
): Promise<z.input<typeof offerAnsweredSchema>> {
  return (await answer(offerId, as, action, body)).expect(200).as(offerAnsweredSchema)
}

export async function listOffers(as: Person, params = ''): Promise<z.input<typeof offerPageSchema>> {
  return (await api('GET', `/api/offers${params}`, { as })).expect(200).as(offerPageSchema)
}

/**
 * The one of many answers at once that won. Every other was refused, or not heard by a database that was too busy;
 * throws where it is otherwise.
 */
export function winnerOf(answers: readonly ApiResponse[]): ApiResponse {
  const [winner, ...further] = answers.filter(({ status }) => status < 300)
  const others = answers.filter(({ status }) => status >= 300)
  const wrong = [...further, ...others.filter(({ status }) => status !== 409 && status !== 503)]
  if (winner === undefined || wrong.length > 0) {
    throw new Error(`No single winner: ${answers.map(({ status, text }) => `${status} ${text}`).join('\n')}`)
  }
  return winner
}

/** As they are stored, the oldest first. */
export const statusesOf = async (vehicleId: number) =>
  (await query('SELECT status FROM offers WHERE vehicle_id = ? ORDER BY id', [vehicleId])).map(
    ({ status }) => status,
  )

export const vehicleStatus = async (vehicleId: number) =>
  (await query('SELECT status FROM vehicles WHERE id = ?', [vehicleId]))[0]?.status

export const ordersOf = (vehicleId: number) =>
  query('SELECT source_key, buyer_id, vehicle_price_cents FROM orders WHERE vehicle_id = ?', [vehicleId])
