import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addCents, type Cents, cents, negate, type SignedCents, ZERO_CENTS } from '../../src/lib/money.ts'
import type { FeeTerms } from '../../src/market/terms.ts'
import {
  type Account,
  balanceOf,
  charge,
  excessOf,
  giveBack,
  heldOf,
  pay,
  takeOff,
} from '../../src/orders/balance.ts'
import { composeLines, sumOf } from '../../src/orders/invoice.ts'
import { ORDER_STATUS, ORDER_STATUSES } from '../../src/orders/order.ts'
import { mayFollow, PAYMENT_STATUS, type PaymentStatus, REPORTED_STATUSES } from '../../src/orders/payment.ts'
import { nextDeadline, openDeadlines } from '../../src/orders/payment-deadlines.ts'

const fees: FeeTerms = {
  buyerFee: { basisPoints: 450, min: cents(22_500), max: cents(450_000) },
  titleFee: cents(7_500),
  lateFee: cents(5_000),
  taxBasisPointsByState: { TX: 625 },
  paymentDueDay: 3,
  paymentReminderHours: 24,
  defaultAfterDays: 2,
  titleDueDays: 5,
  titleAbsentDueDays: 21,
}
const terms = { fees, calendar: { timeZone: 'America/Chicago', holidays: ['2026-11-26'] } }

/** The status after reports in this order. */
const statusAfter = (reports: readonly PaymentStatus[]): PaymentStatus | null =>
  reports.reduce<PaymentStatus | null>(
    (status, reported) => (status === null || mayFollow(status, reported) ? reported : status),
    null,
  )

describe('M6: the statuses of a payment', () => {
  test('go from pending over authorized to captured or failed; back goes nothing', () => {
    const allowed = Object.values(PAYMENT_STATUS).flatMap((from) =>
      Object.values(PAYMENT_STATUS)
        .filter((to) => mayFollow(from, to))
        .map((to) => `${from} → ${to}`),
    )
    expect(allowed).toEqual([
      'pending → authorized',
      'pending → captured',
      'pending → failed',
      'authorized → captured',
      'authorized → failed',
      'captured → refunded',
      'failed → captured',
    ])
  })

  test('reported in whatever order and however often, the same reports come to the same status', () => {
    const reports = fc.array(fc.constantFrom(...REPORTED_STATUSES), { minLength: 1, maxLength: 12 })
    const shuffled = reports.chain((list) =>
      fc.record({
        list: fc.constant(list),
        other: fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ list, other }) => {
        expect(statusAfter(other)).toBe(statusAfter(list))
      }),
    )
  })
})

describe('M8: the deadlines of an order', () => {
  const order = {
    status: ORDER_STATUS.pendingPayment,
    due_at: new Date(0),
    reminded_at: null,
    overdue_at: null,
  }

  test('a sale on a Tuesday before a holiday: due when Friday ends, defaulted when Tuesday ends', () => {
    const soldAt = Date.UTC(2026, 10, 24, 18)
    const opened = { ...order, ...openDeadlines(soldAt, terms) }
    const due = Date.UTC(2026, 10, 28, 6)
    expect(opened.due_at.getTime()).toBe(due)
    expect(nextDeadline(opened, terms)).toEqual({ kind: 'reminder', at: due - 86_400_000 })
    expect(opened.next_attempt_at.getTime()).toBe(due - 86_400_000)
    const reminded = { ...opened, reminded_at: new Date(due - 86_400_000) }
    expect(nextDeadline(reminded, terms)).toEqual({ kind: 'overdue', at: due })
    const overdue = { ...reminded, overdue_at: opened.due_at }
    expect(nextDeadline(overdue, terms)).toEqual({ kind: 'default', at: Date.UTC(2026, 11, 2, 6) })
  })

  test('there are none but while it is to be paid', () => {
    for (const status of ORDER_STATUSES) {
      const next = nextDeadline({ ...order, status }, terms)
      expect(next === null, status).toBe(status !== ORDER_STATUS.pendingPayment)
    }
  })
})

interface Step {
  kind: 'pay' | 'giveBack' | 'transport' | 'late' | 'credit'
  amount: Cents
}
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'pay' as const,
      'giveBack' as const,
      'transport' as const,
      'late' as const,
      'credit' as const,
    ),
    amount: fc.integer({ min: 1, max: 20_000_000 }).map(cents),
  }),
  { maxLength: 60 },
)
const prices = fc.integer({ min: 1, max: 9_999_999_999 }).map(cents)

test('M5–M7: whatever an invoice grows by, is paid and given back: lines − (payments − refunds) = balance, never negative: what was paid of a credit goes back', () => {
  fc.assert(
    fc.property(prices, fc.constantFrom('TX', 'CA', null), steps, (price, state, sequence) => {
      const sold = composeLines(fees, price, state)
      const lines: SignedCents[] = sold.map(({ amount }) => amount)
      const charged: Cents[] = []
      let account: Account = { total_cents: sumOf(sold), paid_cents: ZERO_CENTS, refunded_cents: ZERO_CENTS }
      let [payments, refunds] = [0n, 0n]
      for (const { kind, amount } of sequence) {
        if (kind === 'pay') {
          const after = pay(account, amount)
          expect(after === null).toBe(amount > balanceOf(account))
          if (after === null) continue
          account = after
          payments += BigInt(amount)
        } else if (kind === 'giveBack') {
          const after = giveBack(account, amount)
          expect(after === null).toBe(amount > heldOf(account))
          if (after === null) continue
          account = after
          refunds += BigInt(amount)
        } else if (kind === 'credit') {
          const fee = charged.pop()
          const after = fee === undefined ? null : takeOff(account, fee)
          if (fee === undefined || after === null) continue
          lines.push(negate(fee))
          const excess = excessOf(after)
          const settled = giveBack(after, excess)
          expect(settled).not.toBeNull()
          account = settled ?? after
          refunds += BigInt(excess)
        } else {
          const line = kind === 'late' ? fees.lateFee : amount
          if (kind === 'transport') charged.push(line)
          lines.push(line)
          account = charge(account, line)
        }
        const total = lines.reduce((sum, line) => sum + BigInt(line), 0n)
        expect(BigInt(account.total_cents)).toBe(total)
        expect(BigInt(balanceOf(account))).toBe(total - (payments - refunds))
        expect(BigInt(heldOf(account))).toBe(payments - refunds)
        expect(balanceOf(account) >= 0 && heldOf(account) >= 0).toBe(true)
        expect(addCents(balanceOf(account), heldOf(account))).toBe(account.total_cents)
      }
    }),
  )
})
