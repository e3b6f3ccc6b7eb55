/** Sales to hand over: paid orders with their title, and transports at every stage, led there as people do it. */
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { z } from 'zod'
import { createDeps } from '../../src/deps.ts'
import { sweepFulfillment } from '../../src/fulfillment/apply-due.ts'
import {
  titleDocumentMadeSchema,
  titleSchema,
  transportEventMadeSchema,
  transportSchema,
} from '../../src/fulfillment/schemas.ts'
import { TITLE_STATUS, type TitleStatus } from '../../src/fulfillment/title.ts'
import { TRANSPORT_STATUS, type TransportStatus } from '../../src/fulfillment/transport.ts'
import { cents } from '../../src/lib/money.ts'
import { nameOfferSale } from '../../src/market/sale.ts'
import { countingMoves, moveOrder } from '../../src/orders/move-order.ts'
import { uploadSchema } from '../../src/vehicles/body-schemas.ts'
import { sellVehicle } from '../../src/vehicles/sell-vehicle.ts'
import { type ApiResponse, api } from './api.ts'
import { query, select } from './database.ts'
import { createActiveVehicle } from './market.ts'
import { type Person, signIn, signInAdmin } from './people.ts'
import { contextAt } from './sessions.ts'
import { put } from './uploads.ts'

export interface Cast {
  seller: Person
  buyer: Person
  admin: Person
}

export async function signInCast(): Promise<Cast> {
  const [seller, buyer, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])
  return { seller, buyer, admin }
}

let sales = 0

/** Sells a new vehicle outside an auction; gives its unpaid order. */
export async function makeOrder(
  { seller, buyer }: Pick<Cast, 'seller' | 'buyer'>,
  vehicle: object = {},
  soldAt = Date.now(),
): Promise<{ orderId: number; vehicleId: number }> {
  const vehicleId = await createActiveVehicle(seller, vehicle)
  sales += 1
  const { db, onSold } = createDeps(env)
  const orderId = await db.transaction(async (tx) => {
    await sellVehicle(tx, { vehicleId, at: new Date(soldAt) })
    return await onSold(tx, {
      ...nameOfferSale(1_000_000 + sales, soldAt),
      auctionId: null,
      vehicleId,
      buyerId: buyer.user.id,
      sellerId: seller.user.id,
      price: cents(1_000_000),
      soldAt,
    })
  })
  return { orderId, vehicleId }
}

/** Everything that is due is there, as captured payments leave it. */
export const settle = (orderId: number) =>
  query('UPDATE orders SET paid_cents = total_cents WHERE id = ?', [orderId])

/** The order is paid in full at `now`, with all that this sets off. */
export async function pay(orderId: number, now = Date.now()): Promise<void> {
  await settle(orderId)
  const ctx = { ...contextAt(now), requestId: crypto.randomUUID() }
  await countingMoves(ctx, (begin) => ctx.db.transaction((tx) => moveOrder(tx, begin(), orderId, 'paid')))
}

/** A vehicle that was sold and paid for. */
export async function makePaidOrder(cast: Pick<Cast, 'seller' | 'buyer'>, vehicle: object = {}) {
  const made = await makeOrder(cast, vehicle)
  await pay(made.orderId)
  return made
}

type Headers = Record<string, string>

export const patchTitle = (orderId: number, as: Person | undefined, body: unknown) =>
  api('PATCH', `/api/orders/${orderId}/title`, { as, body })
export const showTitle = async (orderId: number, as: Person) =>
  (await api('GET', `/api/orders/${orderId}/title`, { as })).expect(200).as(titleSchema)
export const askTransport = (
  orderId: number,
  as: Person | undefined,
  body: unknown = DESTINATION,
  headers: Headers = {},
) => api('POST', `/api/orders/${orderId}/transport`, { as, body, headers })
export const patchTransport = (orderId: number, as: Person | undefined, body: unknown) =>
  api('PATCH', `/api/orders/${orderId}/transport`, { as, body })
export const showTransport = async (orderId: number, as: Person) =>
  (await api('GET', `/api/orders/${orderId}/transport`, { as })).expect(200).as(transportSchema)
export const track = (orderId: number, as: Person | undefined, body: unknown, headers: Headers = {}) =>
  api('POST', `/api/orders/${orderId}/transport/events`, { as, body, headers })
export const tracked = (answer: ApiResponse) => answer.expect(201).as(transportEventMadeSchema)
export const collect = (orderId: number, as?: Person) =>
  api('POST', `/api/orders/${orderId}/collected`, { as })

export const DESTINATION = {
  delivery_address: '7 Elm St, Tulsa, OK 74103',
  delivery_contact: 'Ann, 555-0101',
}
export const CARRIER = { carrier: 'Plains Haulage', driver: 'Lou', pickup_date: '2026-12-01' }
export const QUOTE = 450.5

const TITLE_WAY: readonly TitleStatus[] = [
  TITLE_STATUS.submittedToDmv,
  TITLE_STATUS.processing,
  TITLE_STATUS.completed,
]

/** Leads a title on by an admin until it has this status. */
export async function leadTitle(
  orderId: number,
  { admin }: Pick<Cast, 'admin'>,
  to: TitleStatus,
): Promise<void> {
  if (to === TITLE_STATUS.rejected) {
    await leadTitle(orderId, { admin }, TITLE_STATUS.submittedToDmv)
    ;(await patchTitle(orderId, admin, { status: to, reason: 'The seal is missing' })).expect(200)
    return
  }
  for (const status of TITLE_WAY.slice(0, TITLE_WAY.indexOf(to) + 1)) {
    ;(await patchTitle(orderId, admin, { status })).expect(200)
  }
}

const S = TRANSPORT_STATUS
const TRANSPORT_WAY: readonly TransportStatus[] = [
  S.quoteRequested,
  S.quoted,
  S.booked,
  S.assigned,
  S.pickedUp,
  S.inTransit,
  S.delivered,
]

/** Leads a transport from the beginning until it has this status, everything paid for in between. */
export async function leadTransport(
  orderId: number,
  { buyer, admin }: Pick<Cast, 'buyer' | 'admin'>,
  to: TransportStatus,
): Promise<void> {
  for (const status of TRANSPORT_WAY.slice(0, TRANSPORT_WAY.indexOf(to) + 1)) {
    if (status === S.quoteRequested) (await askTransport(orderId, buyer)).expect(201)
    else if (status === S.quoted)
      (await patchTransport(orderId, admin, { status, quoted_price: QUOTE })).expect(200)
    else if (status === S.booked) {
      ;(await patchTransport(orderId, buyer, { status })).expect(200)
      await settle(orderId)
    } else {
      const fields = status === S.assigned ? CARRIER : {}
      ;(await patchTransport(orderId, admin, { status, ...fields })).expect(200)
    }
  }
}

/** A title document in the storage, not confirmed yet; gives its key. */
export async function uploadTitle(
  orderId: number,
  as: Person,
  fields: object = {},
  bytes?: Uint8Array,
): Promise<string> {
  const body = { filename: 'Title.pdf', content_type: 'application/pdf', ...fields }
  const answer = await api('POST', `/api/orders/${orderId}/title/upload-url`, { as, body })
  const signed = answer.expect(200).as(uploadSchema)
  const stored = await put(signed, bytes === undefined ? {} : { body: bytes })
  expect([stored.status, await stored.text()][0]).toBe(200)
  return signed.s3_key
}

export const attach = (orderId: number, as: Person | undefined, body: unknown, headers: Headers = {}) =>
  api('POST', `/api/orders/${orderId}/title/documents`, { as, body, headers })
export const attached = (answer: ApiResponse) => answer.expect(201).as(titleDocumentMadeSchema)

/** The sweeper's turn at an instant (epoch milliseconds). */
export const sweepTitlesAt = (now: number): Promise<number> =>
  sweepFulfillment({ ...createDeps(env), now, requestId: 'sweep' })

/** Puts the date on which an order's title is due to an instant. */
export function moveTitleDue(orderId: number, at: number) {
  const text = new Date(at).toISOString().slice(0, -1).replace('T', ' ')
  return query('UPDATE title_transfers SET due_at = ?, next_attempt_at = ? WHERE order_id = ?', [
    text,
    text,
    orderId,
  ])
}

const noticeRow = z.object({ user_id: z.coerce.number(), type: z.string(), title: z.string() })

/** What was told of an order's title or transport: to whom, and the beginning of its headline. */
export async function toldOf(orderId: number, type: 'title_update' | 'transport_update') {
  const rows = await select(
    noticeRow,
    "SELECT user_id, type, title FROM notifications WHERE type = ? AND JSON_VALUE(data, '$.order_id') = ? ORDER BY id",
    [type, orderId],
  )
  return rows.map(({ user_id, title }) => [user_id, title.split(':')[0]] as const)
}

const auditRow = z.object({ actor_id: z.coerce.number().nullable(), action: z.string() })

/** What the audit log says of the title or the transport of an order: who did what. */
export async function handoverAudit(orderId: number, subject: 'title' | 'transport') {
  const table = subject === 'title' ? 'title_transfers' : 'transport_orders'
  const rows = await select(
    auditRow,
    `SELECT a.actor_id, a.action FROM audit_log a JOIN ${table} t ON t.id = a.subject_id
     WHERE a.subject = ? AND t.order_id = ? ORDER BY a.id`,
    [subject, orderId],
  )
  return rows.map(({ actor_id, action }) => [actor_id, action] as const)
}
