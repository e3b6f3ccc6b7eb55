import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addCents, type Cents, cents, ZERO_CENTS } from '../../src/lib/money.ts'
import { type Account, balanceOf, charge, dueOf, giveBack, heldOf, pay } from '../../src/orders/balance.ts'
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

test('an account that was paid more than it costs is a defect, never a negative balance', () => {
  expect(() => balanceOf(accountOf(1_000, 1_001))).toThrow(RangeError)
  expect(() => heldOf(accountOf(1_000, 10, 11))).toThrow(RangeError)
})

interface Step {
  kind: 'pay' | 'giveBack' | 'charge'
  amount: Cents
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('pay' as const, 'giveBack' as const, 'charge' as const),
    amount: fc.integer({ min: 1, max: 60_000 }).map(cents),
  }),
  { maxLength: 40 },
)

test('whatever is paid, given back and charged, payments − refunds + balance = total, and nothing is negative', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), steps, (total, sequence) => {
      let account = accountOf(total)
      const done = { pay: ZERO_CENTS, giveBack: ZERO_CENTS, charge: cents(total) }
      for (const { kind, amount } of sequence) {
        const before = account
        const after = { pay, giveBack, charge }[kind](before, amount)
        const limit = { pay: balanceOf(before), giveBack: heldOf(before), charge: Number.POSITIVE_INFINITY }[
          kind
        ]
        expect(after === null).toBe(amount > limit)
        if (after === null) continue
        account = after
        done[kind] = addCents(done[kind], amount)
      }
      expect(heldOf(account)).toBe(done.pay - done.giveBack)
      expect(balanceOf(account)).toBe(done.charge - done.pay + done.giveBack)
      expect(Math.min(heldOf(account), balanceOf(account))).toBeGreaterThanOrEqual(0)
    }),
  )
})
