import { OUTCOME } from '../auctions/engine/auction.ts'
import type { ProjectionStore } from '../auctions/live/projection-store.ts'
import { type Cents, centsToDollars } from '../lib/money.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { ORDER_STATUS } from './order.ts'

type SaleCounters = Pick<Metrics, 'orders' | 'orderValues' | 'vehicles'>

/** The store, counting what settlements bring about. One that took two attempts to commit may be missed. */
export const countSales = (store: ProjectionStore, metrics: SaleCounters): ProjectionStore => ({
  ...store,
  async settle(settlement) {
    const isSettled = await store.settle(settlement)
    const { outcome, price } = settlement.ended
    if (!isSettled || outcome === OUTCOME.pendingSeller) return isSettled
    const isSold = outcome === OUTCOME.sold
    metrics.vehicles.inc({ status: isSold ? VEHICLE_STATUS.sold : VEHICLE_STATUS.active })
    if (isSold) countSale(metrics, price)
    return isSettled
  },
})

/** One order more. */
export function countSale(metrics: Pick<SaleCounters, 'orders' | 'orderValues'>, price: Cents): void {
  metrics.orders.inc({ status: ORDER_STATUS.pendingPayment })
  metrics.orderValues.observe({}, centsToDollars(price))
}
