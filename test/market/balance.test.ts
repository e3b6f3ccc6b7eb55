import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addCents, type Cents, cents, ZERO_CENTS } from '../../src/lib/money.ts'
import {
  type Account,
  balanceOf,
  charge,
  dueOf,
  excessOf,
  giveBack,
  heldOf,
  pay,
  takeOff,
} from '../../src/orders/balance.ts'
import { ENDED_STATUSES, ORDER_STATUSES } from '../../src/orders/order.ts'

const accountOf = (total: number, paid = 0, refunded = 0): Account => ({
  total_cents: cents(total),
  paid_cents: cents(paid),
  refunded_cents: cents(refunded),
})

test('M6: partial payments add up, and more than is due is refused', () => {
  const first = pay(accountOf(1_000), cents(400))
  expect(first).toEqual(accountOf(1_000, 400))
  if (first === null) return
  expect(pay(first, cents(601))).toBeNull()
  expect(pay(first, cents(600))).toEqual(accountOf(1_000, 1_000))
})

test('M7: no more is given back than is held, and what was given back is due again', () => {
  const paid = accountOf(1_000, 1_000)
  expect(giveBack(paid, cents(1_001))).toBeNull()
  const reopened = giveBack(paid, cents(250))
  expect(reopened).toEqual(accountOf(1_000, 1_000, 250))
  if (reopened === null) return
  expect(balanceOf(reopened)).toBe(250)
  expect(giveBack(reopened, cents(751))).toBeNull()
})

test('M5: a line that is added later is due', () => {
  expect(balanceOf(charge(accountOf(1_000, 1_000), cents(5_000)))).toBe(5_000)
})

test('nothing is due once the sale is off', () => {
  const open = ORDER_STATUSES.filter((status) => !ENDED_STATUSES.includes(status))
  for (const status of open) expect(dueOf({ ...accountOf(1_000, 400), status })).toBe(600)
  for (const status of ENDED_STATUSES) expect(dueOf({ ...accountOf(1_000, 400), status })).toBe(0)
})

test('M7: of a charge that is taken back, what was paid has to be given back; nothing is due meanwhile', () => {
  expect(takeOff(accountOf(1_000, 400), cents(1_001))).toBeNull()
  const unpaid = takeOff(accountOf(1_000, 400), cents(300))
  expect(unpaid).toEqual(accountOf(700, 400))
  if (unpaid === null) return
  expect([balanceOf(unpaid), excessOf(unpaid)]).toEqual([300, 0])
  const paid = takeOff(accountOf(1_000, 1_000), cents(300))
  if (paid === null) return
  expect([balanceOf(paid), excessOf(paid)]).toEqual([0, 300])
  expect(pay(paid, cents(1))).toBeNull()
  const settled = giveBack(paid, cents(300))
  if (settled === null) return
  expect([balanceOf(settled), excessOf(settled), heldOf(settled)]).toEqual([0, 0, 700])
})

test('an account that gave back more than it was paid is a defect, never a negative sum', () => {
  expect(() => heldOf(accountOf(1_000, 10, 11))).toThrow(RangeError)
})

interface Step {
  kind: 'pay' | 'giveBack' | 'charge' | 'takeOff'
  amount: Cents
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('pay' as const, 'giveBack' as const, 'charge' as const, 'takeOff' as const),
    amount: fc.integer({ min: 1, max: 60_000 }).map(cents),
  }),
  { maxLength: 40 },
)

test('whatever is paid, given back, charged and taken off: total − (payments − refunds) is due, or is to be given back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), steps, (total, sequence) => {
      let account = accountOf(total)
      const done = { pay: ZERO_CENTS, giveBack: ZERO_CENTS, charge: cents(total), takeOff: ZERO_CENTS }
      for (const { kind, amount } of sequence) {
        const before = account
        const after = { pay, giveBack, charge, takeOff }[kind](before, amount)
        const limit = {
          pay: balanceOf(before),
          giveBack: heldOf(before),
          charge: Number.POSITIVE_INFINITY,
          takeOff: before.total_cents,
        }[kind]
        expect(after === null).toBe(amount > limit)
        if (after === null) continue
        account = after
        done[kind] = addCents(done[kind], amount)
      }
      expect(heldOf(account)).toBe(done.pay - done.giveBack)
      const due = done.charge - done.takeOff - done.pay + done.giveBack
      expect(balanceOf(account) - excessOf(account)).toBe(due)
      expect(Math.min(balanceOf(account), excessOf(account))).toBe(0)
      expect(heldOf(account)).toBeGreaterThanOrEqual(0)
    }),
  )
})
