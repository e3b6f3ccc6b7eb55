import { z } from 'zod'
import type { ApiClient } from './api-client.ts'
import { dollarText, type Timeline } from './timeline.ts'

const TRANSPORT_PRICE = 450.5

const orderSchema = z.object({
  order_number: z.string(),
  status: z.string(),
  total: z.number(),
  paid: z.number(),
  balance: z.number(),
})
const invoiceSchema = z.object({
  invoice_number: z.string(),
  lines: z.array(z.object({ description: z.string(), rule: z.string(), amount: z.number() })),
  total: z.number(),
})
const titleSchema = z.object({ status: z.string() })
const transportSchema = z.object({ status: z.string(), events: z.array(z.unknown()) })

export interface Parties {
  seller: ApiClient
  buyer: ApiClient
  admin: ApiClient
}

const showOrder = (person: ApiClient, orderId: number) =>
  person.call('GET', `/api/orders/${orderId}`, orderSchema)

const cents = (amount: number): number => Math.round(amount * 100)

/** The invoice, then two partial payments (M5, M6). */
export async function payOrder(
  { buyer, admin }: Parties,
  timeline: Timeline,
  orderId: number,
): Promise<void> {
  const invoice = await buyer.call('GET', `/api/orders/${orderId}/invoice`, invoiceSchema)
  timeline.say('office', `invoice ${invoice.invoice_number}`)
  for (const { description, rule, amount } of invoice.lines) {
    timeline.say('', `  ${description.padEnd(14)} ${dollarText(amount).padStart(12)}  (${rule})`)
  }
  timeline.say('', `  ${'Total'.padEnd(14)} ${dollarText(invoice.total).padStart(12)}`)
  const sum = invoice.lines.reduce((total, { amount }) => total + cents(amount), 0)
  timeline.expect('M5: the lines add up', sum, cents(invoice.total))

  const deposit = 2_000
  await pay(admin, timeline, orderId, deposit, 'the first part')
  const open = await showOrder(buyer, orderId)
  timeline.expect('M6: a part leaves the order unpaid', open.status, 'pending_payment')
  const tooMuch = await admin.refusalOf('POST', `/api/orders/${orderId}/payments`, {
    body: { method: 'wire', amount: open.balance + 0.01, reference: `too-much-${orderId}` },
  })
  timeline.expect('M6: more than is due is refused', tooMuch?.status, 409)
  await pay(admin, timeline, orderId, open.balance, 'the rest')
  const paid = await showOrder(buyer, orderId)
  timeline.expect(
    'M9: a paid order’s title is processed',
    [paid.status, paid.balance],
    ['title_processing', 0],
  )
}

async function pay(
  admin: ApiClient,
  timeline: Timeline,
  orderId: number,
  amount: number,
  what: string,
): Promise<void> {
  const reference = `demo-${orderId}-${what}`
  const body = { method: 'wire', amount, reference }
  await admin.call('POST', `/api/orders/${orderId}/payments`, z.unknown(), { body })
  await admin.call('POST', `/api/orders/${orderId}/payments`, z.unknown(), { body })
  timeline.say('office', `${what} is paid by wire: ${dollarText(amount)} (reported twice, counted once)`)
}

/** The buyer has the vehicle brought, and pays for that as well (M11). */
export async function bookTransport(parties: Parties, timeline: Timeline, orderId: number): Promise<void> {
  const { buyer, seller, admin } = parties
  const path = `/api/orders/${orderId}/transport`
  await buyer.call('POST', path, z.unknown(), {
    body: { delivery_address: '1 Main Street, Austin, TX', delivery_contact: 'At the gate' },
  })
  await seller.call('PATCH', path, transportSchema, {
    body: { pickup_address: '2 Lake Street, Chicago, IL', pickup_contact: 'At the yard' },
  })
  await admin.call('PATCH', path, transportSchema, {
    body: { status: 'quoted', quoted_price: TRANSPORT_PRICE },
  })
  const refusal = await seller.refusalOf('PATCH', path, { body: { status: 'booked' } })
  timeline.expect('M11: only the buyer books', refusal?.status, 403)
  await buyer.call('PATCH', path, transportSchema, { body: { status: 'booked' } })
  const { balance } = await showOrder(buyer, orderId)
  timeline.expect('M5: the transport is a line of the invoice', balance, TRANSPORT_PRICE)
  timeline.say(buyer.name, `books the transport for ${dollarText(TRANSPORT_PRICE)}`)
  await pay(admin, timeline, orderId, balance, 'the transport')
}

/** Title and vehicle reach the buyer, which completes the order (M9–M11). */
export async function handOver(parties: Parties, timeline: Timeline, orderId: number): Promise<void> {
  const { seller, admin, buyer } = parties
  await seller.call('PATCH', `/api/orders/${orderId}/title`, titleSchema, {
    body: { status: 'submitted_to_dmv' },
  })
  timeline.say(seller.name, 'hands the title in')
  const path = `/api/orders/${orderId}/transport`
  await admin.call('PATCH', path, transportSchema, {
    body: { status: 'assigned', carrier: 'Any carrier', driver: 'Any driver' },
  })
  for (const status of ['picked_up', 'in_transit', 'delivered']) {
    await admin.call('POST', `${path}/events`, z.unknown(), { body: { status, location: 'on the way' } })
  }
  const transport = await buyer.call('GET', path, transportSchema)
  timeline.expect('M11: the transport is delivered', transport.status, 'delivered')
  timeline.say('carrier', `delivers the vehicle; ${transport.events.length} events are kept`)
  timeline.expect(
    'M11: without the title the order is not complete',
    (await showOrder(buyer, orderId)).status,
    'delivered',
  )
  for (const status of ['processing', 'completed']) {
    await admin.call('PATCH', `/api/orders/${orderId}/title`, titleSchema, { body: { status } })
  }
  timeline.say('office', 'the title is the buyer’s')
  const done = await showOrder(buyer, orderId)
  timeline.expect('M9: title and vehicle are there: completed', [done.status, done.balance], ['completed', 0])
  timeline.say('office', `order ${done.order_number} is ${done.status}, ${dollarText(done.paid)} paid`)
}
