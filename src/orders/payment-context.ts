import type { PaymentProvider } from '../external/payments.ts'
import type { Announce } from '../notifications/announce.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Logger } from '../platform/logger.ts'
import type { People } from '../users/live/people.ts'
import type { OnPersonGone } from '../users/standing.ts'
import type { OrderContext, OrderParts } from './context.ts'

/** What judging an order's deadlines needs; nobody has to ask for it. */
export type DueContext = OrderContext & {
  people: People
  onPersonGone: OnPersonGone
  announce: Announce
  log: Logger
}

export interface PaymentParts extends OrderParts {
  people: People
  onPersonGone: OnPersonGone
  announce: Announce
  /** Those whose messages are taken, by name. */
  payments: ReadonlyMap<string, PaymentProvider>
}
export type PaymentContext = RequestContext & PaymentParts
