/** Payments and refunds to test with, by hand and by a provider's signed messages. */
import { inject } from 'vitest'
import { z } from 'zod'
import { type ApiResponse, api } from './api.ts'
import { query, select } from './database.ts'
import type { Person } from './people.ts'
import { sellVehicle, showOrder } from './sales.ts'
import { signMessage } from './signed-messages.ts'

let references = 0
/** A reference that nobody has used in this test file. */
export const makeReference = (): string => `ref-${++references}`

/** Records a payment by hand, of any reference unless one is given. */
export const payByHand = (
  orderId: number,
  as: Person | undefined,
  fields: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<ApiResponse> =>
  api('POST', `/api/orders/${orderId}/payments`, {
    as,
    body: { method: 'wire', reference: makeReference(), ...fields },
    headers,
  })

export const refund = (
  paymentId: number,
  as: Person | undefined,
  body: object,
  headers: Record<string, string> = {},
): Promise<ApiResponse> => api('POST', `/api/payments/${paymentId}/refunds`, { as, body, headers })

export const PROVIDER = 'standard'

export interface Delivery {
  provider?: string
  timestampS?: number
  secret?: string
  /** What is signed, where it is not what is sent. */
  signed?: string
  headers?: Record<string, string>
}

/** Sends a message as the provider does. */
export async function deliver(event: object | string, delivery: Delivery = {}): Promise<ApiResponse> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const id = `msg_${crypto.randomUUID()}`
  const timestamp = String(delivery.timestampS ?? Math.floor(Date.now() / 1000))
  const secret = delivery.secret ?? inject('paymentWebhookSecret')
  const signature = await signMessage(secret, `${id}.${timestamp}.${delivery.signed ?? body}`)
  return api('POST', `/api/webhooks/payments/${delivery.provider ?? PROVIDER}`, {
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
      ...delivery.headers,
    },
  })
}

const accountRow = z.object({
  status: z.string(),
  total: z.coerce.number(),
  paid: z.coerce.number(),
  refunded: z.coerce.number(),
})

/** What MySQL holds of an order's money, in dollars. */
export async function accountOf(orderId: number): Promise<z.output<typeof accountRow>> {
  const [row] = await select(
    accountRow,
    `SELECT status, total_cents / 100 AS total, paid_cents / 100 AS paid, refunded_cents / 100 AS refunded
     FROM orders WHERE id = ?`,
    [orderId],
  )
  if (row === undefined) throw new Error(`There is no order ${orderId}`)
  return row
}

const paymentRow = z.object({
  id: z.coerce.number(),
  status: z.string(),
  amount: z.coerce.number(),
  refunded: z.coerce.number(),
})

/** The payments that MySQL holds of an order, in dollars, the first one first. */
export const paymentRowsOf = (orderId: number): Promise<z.output<typeof paymentRow>[]> =>
  select(
    paymentRow,
    `SELECT id, status, amount_cents / 100 AS amount, refunded_cents / 100 AS refunded
     FROM payments WHERE order_id = ? ORDER BY id`,
    [orderId],
  )

/** What the audit log says of money: actions of payments and refunds of an order, the first one first. */
export async function moneyAudit(orderId: number): Promise<unknown[]> {
  const rows = await query(
    `SELECT action FROM audit_log WHERE
       (subject = 'payment' AND subject_id IN (SELECT id FROM payments WHERE order_id = ?)) OR
       (subject = 'refund' AND subject_id IN (SELECT id FROM refunds WHERE order_id = ?)) ORDER BY id`,
    [orderId, orderId],
  )
  return rows.map(({ action }) => action)
}

/** What a person was told of an order, by the kinds of notices and their cause's last parts, the first one first. */
export async function toldOf(person: Person, orderId: number): Promise<string[]> {
  const rows = await query(
    'SELECT type, cause_key FROM notifications WHERE user_id = ? AND cause_key LIKE ? ORDER BY id',
    [person.user.id, `order:${orderId}:%`],
  )
  return rows.map(({ type }) => String(type))
}

/** A sale, and the events of one payment for it. */
export async function sellWithEvents(seller: Person, buyer: Person) {
  const { orderId } = await sellVehicle(seller, buyer)
  const { order_number } = await showOrder(orderId, buyer)
  const reference = makeReference()
  const data = { order_number, reference, amount: 1_000, method: 'card' }
  const eventOf = (type: string, changes: object = {}) => ({ type, data: { ...data, ...changes } })
  return { orderId, reference, eventOf }
}
