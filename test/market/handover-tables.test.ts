import { describe, expect, test } from 'vitest'
import { isLateAt, mayMoveTitle, TITLE_STATUSES, type TitleStatus } from '../../src/fulfillment/title.ts'
import {
  isTransportOpen,
  mayBuyerCancel,
  mayEditField,
  mayMoveTransport,
  TRANSPORT_STATUSES,
  type TransportStatus,
} from '../../src/fulfillment/transport.ts'

const pairs = <Status extends string>(
  statuses: readonly Status[],
  may: (from: Status, to: Status) => boolean,
) => statuses.flatMap((from) => statuses.filter((to) => may(from, to)).map((to) => `${from} → ${to}`))

describe('M10: the table of a title', () => {
  test('has these steps and no other', () => {
    expect(pairs<TitleStatus>(TITLE_STATUSES, mayMoveTitle)).toEqual([
      'pending → submitted_to_dmv',
      'submitted_to_dmv → processing',
      'submitted_to_dmv → rejected',
      'processing → completed',
      'processing → rejected',
      'rejected → submitted_to_dmv',
    ])
  })

  test('late is what has not come by the instant it is due, which is excluded; once', () => {
    const due_at = new Date(10_000)
    const pending = { status: 'pending', due_at, late_at: null } as const
    expect(isLateAt(pending, 9_999)).toBe(false)
    expect(isLateAt(pending, 10_000)).toBe(true)
    expect(isLateAt({ ...pending, status: 'rejected' }, 10_000)).toBe(true)
    expect(isLateAt({ ...pending, status: 'completed' }, 10_000)).toBe(false)
    expect(isLateAt({ ...pending, late_at: due_at }, 10_001)).toBe(false)
  })
})

describe('M11: the table of a transport', () => {
  test('has these steps and no other', () => {
    expect(pairs<TransportStatus>(TRANSPORT_STATUSES, mayMoveTransport)).toEqual([
      'quote_requested → quoted',
      'quote_requested → cancelled',
      'quoted → booked',
      'quoted → cancelled',
      'booked → assigned',
      'booked → cancelled',
      'assigned → picked_up',
      'assigned → cancelled',
      'picked_up → in_transit',
      'in_transit → delivered',
      'cancelled → quote_requested',
    ])
  })

  test('a buyer cancels until it is booked; delivered and cancelled are its ends', () => {
    expect(TRANSPORT_STATUSES.filter(mayBuyerCancel)).toEqual(['quote_requested', 'quoted'])
    expect(TRANSPORT_STATUSES.filter((status) => !isTransportOpen(status))).toEqual([
      'delivered',
      'cancelled',
    ])
  })

  test('addresses are settled by the quote, for admins by the pickup; the rest by the delivery', () => {
    const until = (field: Parameters<typeof mayEditField>[0], byAdmin: boolean) =>
      TRANSPORT_STATUSES.filter((status) => mayEditField(field, status, byAdmin)).at(-1)
    expect(until('delivery_address', false)).toBe('quote_requested')
    expect(until('delivery_address', true)).toBe('assigned')
    expect(until('pickup_address', true)).toBe('assigned')
    for (const field of ['pickup_contact', 'carrier', 'pickup_date'] as const)
      expect(until(field, false)).toBe('in_transit')
    expect(mayEditField('carrier', 'cancelled', true)).toBe(false)
  })
})
