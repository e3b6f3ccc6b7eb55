import { OUTCOME } from '../auctions/engine/auction.ts'
import type { ProjectionStore } from '../auctions/live/projection-store.ts'
import { centsToDollars } from '../lib/money.ts'
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
    if (isSold) {
      metrics.orders.inc({ status: ORDER_STATUS.pendingPayment })
      metrics.orderValues.observe({}, centsToDollars(price))
    }
    return isSettled
  },
})
