import { describe, expect, test } from 'vitest'
import {
  ENDED_STATUSES,
  isEnded,
  mayMove,
  ORDER_STATUSES,
  type OrderStatus,
  PAID_STATUSES,
} from '../../src/orders/order.ts'

const following = (from: OrderStatus) => ORDER_STATUSES.filter((to) => mayMove(from, to))

describe('M9: the transition table', () => {
  test('leads from payment over title and transport to completion', () => {
    const way: OrderStatus[] = [
      'pending_payment',
      'paid',
      'title_processing',
      'transport_scheduled',
      'in_transit',
      'delivered',
      'completed',
    ]
    for (const [index, to] of way.entries()) {
      const from = way[index - 1]
      if (from !== undefined) expect(mayMove(from, to), `${from} → ${to}`).toBe(true)
    }
  })

  test('leaves transport out where the buyer collects, and nothing else', () => {
    expect(mayMove('title_processing', 'delivered')).toBe(true)
    expect(mayMove('paid', 'transport_scheduled')).toBe(false)
    expect(mayMove('paid', 'delivered')).toBe(false)
    expect(mayMove('transport_scheduled', 'delivered')).toBe(false)
    expect(mayMove('title_processing', 'completed')).toBe(false)
  })

  test('nothing is skipped: only what is paid goes on, only what is delivered is completed', () => {
    expect(ORDER_STATUSES.filter((from) => mayMove(from, 'paid'))).toEqual(['pending_payment'])
    expect(ORDER_STATUSES.filter((from) => mayMove(from, 'completed'))).toEqual(['delivered'])
    expect(following('pending_payment')).toEqual(['paid', 'cancelled', 'defaulted'])
  })

  test('only an unpaid order defaults (M8); only before a transport is scheduled does a refund reopen one (M7)', () => {
    expect(ORDER_STATUSES.filter((from) => mayMove(from, 'defaulted'))).toEqual(['pending_payment'])
    expect(ORDER_STATUSES.filter((from) => mayMove(from, 'pending_payment'))).toEqual([
      'paid',
      'title_processing',
    ])
  })

  test('until it is completed, a paid order can be cancelled (M10), and refunded afterwards too (M7)', () => {
    const cancellable = ORDER_STATUSES.filter((from) => mayMove(from, 'cancelled'))
    expect(cancellable).toEqual(['pending_payment', ...PAID_STATUSES])
    const refundable = ORDER_STATUSES.filter((from) => mayMove(from, 'refunded'))
    expect(refundable).toEqual([...PAID_STATUSES, 'completed', 'cancelled'])
  })

  test('an order that has ended never comes back, and none stays where it is', () => {
    for (const from of ENDED_STATUSES) expect(following(from).filter((to) => !isEnded(to))).toEqual([])
    for (const status of ORDER_STATUSES) expect(mayMove(status, status)).toBe(false)
  })

  test('every status can be reached from the first one', () => {
    const reached = new Set<OrderStatus>(['pending_payment'])
    for (const from of reached) for (const to of following(from)) reached.add(to)
    expect([...reached].sort()).toEqual([...ORDER_STATUSES].sort())
  })
})
