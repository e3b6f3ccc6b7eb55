import type {
  title_documents,
  title_transfers,
  transport_events,
  transport_orders,
} from '../db/schema/fulfillment.ts'
import type { OrderContext, OrderParts } from '../orders/context.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { VehicleContext, VehicleParts } from '../vehicles/context.ts'

export type TitleRow = typeof title_transfers.$inferSelect
export type TitleDocumentRow = typeof title_documents.$inferSelect
export type TransportRow = typeof transport_orders.$inferSelect
export type TransportEventRow = typeof transport_events.$inferSelect

/** What the services of fulfillment need. */
export type FulfillmentParts = VehicleParts & OrderParts
export type FulfillmentContext = VehicleContext & OrderContext

/** What applying a deadline needs; nobody asked for it. */
export type TitleDueContext = Pick<FulfillmentContext, 'db' | 'announce' | 'now' | 'log'> &
  Pick<RequestContext, 'requestId'>
