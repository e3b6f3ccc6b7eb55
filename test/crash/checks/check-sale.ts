import { OUTCOME, type Outcome } from '../../../src/auctions/engine/auction.ts'
import { auctionSourceKey } from '../../../src/market/sale.ts'
import { VEHICLE_STATUS, type VehicleStatus } from '../../../src/vehicles/vehicle.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { OrderRow } from '../evidence/mysql-rows.ts'
import type { InvoiceRow, TalkEvidence } from '../evidence/talk-rows.ts'
import { decidedBy, offerBy } from '../talks/act.ts'
import { foldOf } from './check-decision.ts'
import { compareRows } from './compare-rows.ts'
import type { History } from './history.ts'

/** An order that there must be. */
export interface ExpectedOrder {
  readonly sourceKey: string
  readonly auctionId: number | null
  readonly vehicleId: number
  readonly buyerId: number | null
  readonly sellerId: number
  readonly price: number
  /** When it was sold: between these, in epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** As somebody was told it. */
  readonly orderId: number | null
}

/** What an auction came to after all: by its end, by what was decided (M2), or by a second chance (M3). */
export function expectSale(
  evidence: AuctionEvidence,
  history: History,
): { outcome: Outcome | null; vehicle: VehicleStatus; orders: ExpectedOrder[] } {
  const { lot, talk } = evidence
  const { position } = history.final
  const fold = foldOf(evidence, history)?.fold ?? null
  const isDecided = fold !== null && fold.decided !== null
  const outcome = !isDecided ? position.outcome : fold.stage === 'sold' ? OUTCOME.sold : OUTCOME.unsold
  const endedAt = history.entries.at(-1)?.at ?? 0
  const accepting = talk.acts.find(
    ({ what, isDone }) => isDone && what.kind === 'decide' && what.answer.action === 'accept',
  )
  const own: ExpectedOrder = {
    sourceKey: auctionSourceKey(lot.auctionId),
    auctionId: lot.auctionId,
    vehicleId: lot.vehicleId,
    buyerId: position.leader?.bidderId ?? null,
    sellerId: lot.sellerId,
    price: fold?.agreed ?? position.price,
    from: fold?.decided?.from ?? endedAt,
    to: fold?.decided?.to ?? endedAt,
    orderId: accepting === undefined ? null : decidedBy(accepting).order_id,
  }
  const orders = [...(outcome === OUTCOME.sold ? [own] : []), ...ordersOfRounds(talk)]
  const isWaiting = outcome === OUTCOME.pendingSeller
  const vehicle =
    orders.length > 0 ? VEHICLE_STATUS.sold : isWaiting ? VEHICLE_STATUS.inAuction : VEHICLE_STATUS.active
  return { outcome, vehicle, orders }
}

/** The orders of rounds that somebody was told they accepted (M4, M3). */
export function ordersOfRounds({ acts, rounds }: TalkEvidence): ExpectedOrder[] {
  return acts.flatMap((act): ExpectedOrder[] => {
    const { what, isDone } = act
    if (!isDone || what.kind !== 'answer' || what.answer.action !== 'accept') return []
    const row = rounds.find(({ id }) => id === what.offerId)
    if (row === undefined) return []
    return [
      {
        sourceKey: `${row.kind === 'second_chance' ? 'second-chance' : 'offer'}:${row.id}`,
        auctionId: row.auction_id,
        vehicleId: row.vehicle_id,
        buyerId: row.buyer_id,
        sellerId: row.seller_id,
        price: row.amount_cents,
        from: row.updated_at.getTime(),
        to: row.updated_at.getTime(),
        orderId: offerBy(act).order_id,
      },
    ]
  })
}

/** One order for what was sold, none otherwise; the vehicle where that puts it (M1). */
export function checkSale(evidence: AuctionEvidence, history: History): string[] {
  const { outcome, vehicle, orders } = expectSale(evidence, history)
  return [
    ...(evidence.row.settled_at === null ? ['it is not settled'] : []),
    ...checkOrders(`it ended ${outcome} and`, orders, evidence),
    ...(evidence.vehicle?.status === vehicle
      ? []
      : [`it ended ${outcome} and its vehicle is ${evidence.vehicle?.status}`]),
  ]
}

/** Just these orders, each with one invoice that adds up to it. */
export function checkOrders(
  subject: string,
  expected: readonly ExpectedOrder[],
  { orders, invoices }: { orders: readonly OrderRow[]; invoices: readonly InvoiceRow[] },
): string[] {
  const problems =
    orders.length === expected.length
      ? []
      : [`${subject} has ${orders.length} orders, not ${expected.length}`]
  for (const order of orders) {
    const wanted = expected.find(({ sourceKey }) => sourceKey === order.source_key) ?? expected[0]
    if (wanted !== undefined) problems.push(...compareOrder(order, wanted))
    problems.push(...checkInvoice(order, invoices))
  }
  return problems
}

function compareOrder(order: OrderRow, wanted: ExpectedOrder): string[] {
  const { sourceKey, auctionId, vehicleId, buyerId, sellerId, price, from, to, orderId } = wanted
  const problems = compareRows(
    `order ${order.id}`,
    {
      source_key: sourceKey,
      auction_id: auctionId,
      vehicle_id: vehicleId,
      buyer_id: buyerId,
      seller_id: sellerId,
      vehicle_price_cents: price,
      status: 'pending_payment',
    },
    order,
  )
  const soldAt = order.sold_at.getTime()
  if (soldAt < from || soldAt > to)
    problems.push(`order ${order.id} was sold at ${soldAt}, expected is from ${from} to ${to}`)
  if (orderId !== null && orderId !== order.id) problems.push(`order ${orderId} was told, it is ${order.id}`)
  return problems
}

function checkInvoice({ id, total_cents }: OrderRow, invoices: readonly InvoiceRow[]): string[] {
  const own = invoices.filter(({ orderId }) => orderId === id)
  if (own.length !== 1) return [`order ${id} has ${own.length} invoices`]
  const sum = own.flatMap(({ lines }) => lines).reduce((total, { amount }) => total + amount, 0)
  return sum === total_cents ? [] : [`order ${id} comes to ${total_cents}, its invoice’s lines to ${sum}`]
}
