import { HOUR_MS } from '../lib/time.ts'
import { endOfBusinessDay } from '../market/calendar.ts'
import type { MarketTerms } from '../market/terms.ts'
import { ORDER_STATUS, type OrderStatus } from './order.ts'

export const DEADLINE = { reminder: 'reminder', overdue: 'overdue', default: 'default' } as const

/** What falls due of an unpaid order, and at which instant (epoch milliseconds) that is judged (M8). */
export interface PaymentDeadline {
  readonly kind: (typeof DEADLINE)[keyof typeof DEADLINE]
  readonly at: number
}

interface Unpaid {
  readonly status: OrderStatus
  readonly due_at: Date
  readonly reminded_at: Date | null
  readonly overdue_at: Date | null
}

type Terms = Pick<MarketTerms, 'fees' | 'calendar'>

/**
 * The deadline that an order comes to next, under the terms that it pins: a reminder before it is due, overdue at
 * `due_at`, defaulted at the end of the business days that follow (M8). Null where nothing is left to wait for.
 */
export function nextDeadline(order: Unpaid, { fees, calendar }: Terms): PaymentDeadline | null {
  if (order.status !== ORDER_STATUS.pendingPayment) return null
  const dueMs = order.due_at.getTime()
  if (order.overdue_at !== null) {
    return { kind: DEADLINE.default, at: endOfBusinessDay(dueMs, fees.defaultAfterDays, calendar) }
  }
  if (order.reminded_at !== null) return { kind: DEADLINE.overdue, at: dueMs }
  return { kind: DEADLINE.reminder, at: dueMs - fees.paymentReminderHours * HOUR_MS }
}

/** Where an order stands that has to be paid, or paid again, from `fromMs` on (M5, M7). */
export function openDeadlines(fromMs: number, { fees, calendar }: Terms) {
  const dueMs = endOfBusinessDay(fromMs, fees.paymentDueDay, calendar)
  return {
    due_at: new Date(dueMs),
    reminded_at: null,
    overdue_at: null,
    next_attempt_at: new Date(dueMs - fees.paymentReminderHours * HOUR_MS),
  }
}
