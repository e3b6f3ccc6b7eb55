import { describe, expect, test } from 'vitest'
import { cents } from '../../src/lib/money.ts'
import { addInvoiceLine, type LaterLine } from '../../src/orders/add-invoice-line.ts'
import { moveOrder } from '../../src/orders/move-order.ts'
import { mayMove, ORDER_STATUSES, type OrderStatus } from '../../src/orders/order.ts'
import { AppError } from '../../src/platform/errors.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { signIn } from '../support/people.ts'
import { inOrderTransaction, move, orderAudit, sellVehicle, showOrder } from '../support/sales.ts'
import { growthOf } from '../support/scrape.ts'

const [seller, buyer] = await Promise.all([signIn(), signIn()])

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )
const vehicleStatus = async (vehicleId: number) =>
  (await api('GET', `/api/vehicles/${vehicleId}`, { as: seller })).at('status')
const setStatus = (orderId: number, status: OrderStatus) =>
  query('UPDATE orders SET status = ? WHERE id = ?', [status, orderId])

describe('M9: the one door', () => {
  test('lets through what the table has and nothing else, each move with its audit entry', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const from of ORDER_STATUSES) {
      for (const to of ORDER_STATUSES) {
        await setStatus(orderId, from)
        const entries = (await orderAudit(orderId)).length
        const isLegal = mayMove(from, to)
        expect(await codeOf(move(orderId, to)), `${from} → ${to}`).toBe(isLegal ? 'none' : 'wrong_status')
        const [row] = await query('SELECT status FROM orders WHERE id = ?', [orderId])
        expect(row?.status, `${from} → ${to}`).toBe(isLegal ? to : from)
        expect((await orderAudit(orderId)).length - entries).toBe(isLegal ? 1 : 0)
      }
    }
  })

  test('says who, when and why, and counts what committed', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const actor = {
      userId: seller.user.id,
      roles: [],
      sellerProfileId: null,
      canBid: true,
      sessionUntilMs: 0,
    }
    const now = Date.UTC(2026, 10, 23, 12)
    const counted = await growthOf('orders_total{status="paid"}', () =>
      move(orderId, 'paid', { actor, now, address: '192.0.2.7' }, 'By cheque'),
    )
    expect(counted).toBe(1)
    const { history, status_reason, paid_at } = await showOrder(orderId, buyer)
    expect(history.at(-1)).toEqual({
      status: 'paid',
      at: new Date(now).toISOString(),
      by: 'seller',
      reason: 'By cheque',
    })
    expect([status_reason, paid_at]).toEqual(['By cheque', new Date(now).toISOString()])
  })

  test('an unknown order is 404', async () => {
    expect(await codeOf(move(999_999, 'paid'))).toBe('not_found')
  })

  test('a transaction that fails afterwards leaves no trace, and is not counted', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    const counted = await growthOf('orders_total{status="cancelled"}', async () => {
      const failing = inOrderTransaction(async (tx, ctx) => {
        await moveOrder(tx, ctx, orderId, 'cancelled')
        throw new Error('The rest failed')
      })
      await expect(failing).rejects.toThrow('The rest failed')
    })
    expect(counted).toBe(0)
    expect(await orderAudit(orderId)).toEqual([])
    expect(await vehicleStatus(vehicleId)).toBe('sold')
    expect((await showOrder(orderId, buyer)).status).toBe('pending_payment')
  })

  test('a transaction that is run again because the answer to its COMMIT was lost moves once', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    const ended: number[] = []
    const onOrderEnded = async (_tx: unknown, _ctx: unknown, { id }: { id: number }) => {
      ended.push(id)
    }
    const moved = await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () =>
      move(orderId, 'cancelled', { onOrderEnded }),
    )
    expect(moved.status).toBe('cancelled')
    expect(ended).toEqual([orderId])
    expect(await orderAudit(orderId)).toHaveLength(1)
    expect(await vehicleStatus(vehicleId)).toBe('active')
  })

  test('another request does not pass for the one that moved it before', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const now = Date.now()
    await move(orderId, 'cancelled', { requestId: 'mine', now })
    expect(await codeOf(move(orderId, 'cancelled', { requestId: 'theirs', now }))).toBe('wrong_status')
    expect(await codeOf(move(orderId, 'cancelled', { requestId: 'mine', now: now + 1 }))).toBe('wrong_status')
  })
})

describe('what a move sets off', () => {
  test('M9: paid begins the title in the same transaction, and the order goes on by the same door', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const paid: OrderStatus[] = []
    const row = await move(orderId, 'paid', {
      onPaid: async (tx, ctx, order) => {
        paid.push(order.status)
        await moveOrder(tx, ctx, order.id, 'title_processing')
      },
    })
    expect(paid).toEqual(['paid'])
    expect(row.status).toBe('title_processing')
    const { history } = await showOrder(orderId, buyer)
    expect(history.map(({ status }) => status)).toEqual(['pending_payment', 'paid', 'title_processing'])
  })

  test.each(['cancelled', 'defaulted'] as const)(
    'M1: %s returns the vehicle and ends the order',
    async (to) => {
      const { orderId, vehicleId } = await sellVehicle(seller, buyer)
      const ended: OrderStatus[] = []
      await move(orderId, to, { onOrderEnded: async (_tx, _ctx, { status }) => void ended.push(status) })
      expect(ended).toEqual([to])
      expect(await vehicleStatus(vehicleId)).toBe('active')
      const [row] = await query('SELECT next_attempt_at FROM orders WHERE id = ?', [orderId])
      expect(row?.next_attempt_at).toBeNull()
    },
  )

  test('M1: refunded after cancelled returns the vehicle once: its next sale stands', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    let ends = 0
    const onOrderEnded = async () => {
      ends += 1
    }
    await move(orderId, 'cancelled', { onOrderEnded })
    await query("UPDATE vehicles SET status = 'sold', live_vin = NULL WHERE id = ?", [vehicleId])
    await move(orderId, 'refunded', { onOrderEnded })
    expect(ends).toBe(1)
    expect(await vehicleStatus(vehicleId)).toBe('sold')
  })

  test('M7: a reopened order is unpaid again', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    await move(orderId, 'paid')
    await move(orderId, 'pending_payment', {}, 'The cheque bounced')
    expect(await showOrder(orderId, buyer)).toMatchObject({
      status: 'pending_payment',
      paid_at: null,
      status_reason: 'The cheque bounced',
    })
    expect(await vehicleStatus(vehicleId)).toBe('sold')
  })
})

describe('M5: lines that come later', () => {
  const lineOf = (orderId: number, changes: Partial<LaterLine> = {}): LaterLine => ({
    orderId,
    kind: 'transport_fee',
    description: 'Transport',
    rule: 'Quoted 2026-11-23',
    amount: cents(45_050),
    at: new Date(Date.UTC(2026, 10, 23, 12)),
    ...changes,
  })
  const add = (line: LaterLine) => inOrderTransaction((tx, ctx) => addInvoiceLine(tx, ctx, line))

  test('keep the order’s amounts in step with the invoice', async () => {
    const { orderId } = await sellVehicle(seller, buyer, 10_000)
    await add(lineOf(orderId))
    await add(
      lineOf(orderId, { kind: 'late_fee', description: 'Late fee', rule: 'Fixed', amount: cents(5_000) }),
    )
    const order = await showOrder(orderId, buyer)
    expect(order).toMatchObject({ transport_fee: 450.5, late_fee: 50, total: 11_025.5, balance: 11_025.5 })
    const invoice = (await api('GET', `/api/orders/${orderId}/invoice`, { as: buyer })).expect(200)
    expect(invoice.at('total')).toBe(11_025.5)
    expect(invoice.at('lines.3')).toEqual({
      kind: 'transport_fee',
      description: 'Transport',
      rule: 'Quoted 2026-11-23',
      amount: 450.5,
      added_at: '2026-11-23T12:00:00.000Z',
    })
    expect(invoice.at('lines.4.kind')).toBe('late_fee')
  })

  test('the same line again changes nothing, another of its kind is refused', async () => {
    const { orderId } = await sellVehicle(seller, buyer, 10_000)
    await Promise.all(Array.from({ length: 10 }, () => add(lineOf(orderId))))
    expect(await showOrder(orderId, buyer)).toMatchObject({ transport_fee: 450.5, total: 10_975.5 })
    expect(await codeOf(add(lineOf(orderId, { amount: cents(1) })))).toBe('wrong_status')
    expect((await showOrder(orderId, buyer)).total).toBe(10_975.5)
  })

  test('nothing is charged for a sale that is off', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    await move(orderId, 'cancelled')
    expect(await codeOf(add(lineOf(orderId)))).toBe('wrong_status')
    expect(await codeOf(add(lineOf(999_999)))).toBe('not_found')
  })
})
