import { expect, test } from 'vitest'
import { TITLE_STATUS } from '../../src/fulfillment/title.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import {
  handoverAudit,
  leadTitle,
  makePaidOrder,
  moveTitleDue,
  patchTitle,
  pay,
  showTitle,
  signInCast,
  sweepTitlesAt,
  toldOf,
} from '../support/handovers.ts'
import { move, showOrder } from '../support/sales.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'

const cast = await signInCast()

const LATE = 'The title is late'
const cancel = (orderId: number) =>
  api('POST', `/api/orders/${orderId}/cancel`, { as: cast.buyer, body: { reason: 'It never came' } })
const toldLate = async (orderId: number) =>
  (await toldOf(orderId, 'title_update'))
    .filter(([, headline]) => headline === LATE)
    .map(([userId]) => userId)

test('M10: late opens the buyer’s right to cancel, as of the day it was due, and tells both once', async () => {
  const { orderId } = await makePaidOrder(cast)
  const dueAt = Date.now() + 60_000
  await moveTitleDue(orderId, dueAt)
  await sweepTitlesAt(dueAt - 1)
  expect((await showOrder(orderId, cast.buyer)).may_cancel_since).toBeNull()
  await Promise.all([sweepTitlesAt(dueAt), sweepTitlesAt(dueAt + 5_000)])
  await sweepTitlesAt(dueAt + 60_000)
  const due = new Date(dueAt).toISOString()
  expect((await showOrder(orderId, cast.buyer)).may_cancel_since).toBe(due)
  expect((await showTitle(orderId, cast.buyer)).late_at).toBe(due)
  expect(await toldLate(orderId)).toEqual([cast.buyer.user.id, cast.seller.user.id])
  expect(await handoverAudit(orderId, 'title')).toEqual([
    [null, 'title.opened'],
    [null, 'title.late'],
  ])
})

test('M10: the buyer cancels although no sweeper has come yet, once', async () => {
  const { orderId, vehicleId } = await makePaidOrder(cast)
  expect(refusalOf(await cancel(orderId))).toEqual([409, 'wrong_status'])
  await moveTitleDue(orderId, Date.now() - 1)
  ;(await cancel(orderId)).expect(200)
  expect((await showOrder(orderId, cast.buyer)).status).toBe('cancelled')
  expect((await api('GET', `/api/vehicles/${vehicleId}`)).at('status')).toBe('active')
  expect(refusalOf(await cancel(orderId))).toEqual([409, 'wrong_status'])
})

test('M10: whatever comes late is late, and ends the right once it has come', async () => {
  const { orderId } = await makePaidOrder(cast)
  await leadTitle(orderId, cast, TITLE_STATUS.processing)
  await moveTitleDue(orderId, Date.now() - 1)
  ;(await patchTitle(orderId, cast.admin, { status: 'completed' })).expect(200)
  expect((await showTitle(orderId, cast.buyer)).late_at).not.toBeNull()
  expect(await toldLate(orderId)).toHaveLength(2)
  expect((await showOrder(orderId, cast.buyer)).may_cancel_since).toBeNull()
  expect(refusalOf(await cancel(orderId))).toEqual([409, 'wrong_status'])
})

test('a step that is no completion leaves the right open', async () => {
  const { orderId } = await makePaidOrder(cast)
  await moveTitleDue(orderId, Date.now() - 1)
  ;(await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' })).expect(200)
  expect((await showOrder(orderId, cast.buyer)).may_cancel_since).not.toBeNull()
  ;(await cancel(orderId)).expect(200)
})

test('what was completed in time is never late', async () => {
  const { orderId } = await makePaidOrder(cast)
  await leadTitle(orderId, cast, TITLE_STATUS.completed)
  const title = await showTitle(orderId, cast.buyer)
  await sweepTitlesAt(Date.parse(title.due_at) + 1)
  expect((await showTitle(orderId, cast.buyer)).late_at).toBeNull()
  expect((await showOrder(orderId, cast.buyer)).may_cancel_since).toBeNull()
})

test('while a refund has reopened the order nothing is late; paid again it has its whole time', async () => {
  const { orderId } = await makePaidOrder(cast)
  await move(orderId, 'pending_payment')
  await moveTitleDue(orderId, Date.now() - 1)
  await sweepTitlesAt(Date.now())
  expect((await showTitle(orderId, cast.buyer)).late_at).toBeNull()
  await pay(orderId)
  await sweepTitlesAt(Date.now())
  const title = await showTitle(orderId, cast.buyer)
  expect(title.late_at).toBeNull()
  expect(Date.parse(title.due_at)).toBeGreaterThan(Date.now())
  await sweepTitlesAt(Date.parse(title.due_at))
  expect((await showTitle(orderId, cast.buyer)).late_at).toBe(title.due_at)
})

test('an order that has ended is left alone, and no longer looked at', async () => {
  const { orderId } = await makePaidOrder(cast)
  const { onOrderEnded } = contextAt(Date.now())
  await moveTitleDue(orderId, Date.now() - 1)
  await move(orderId, 'cancelled', { onOrderEnded })
  const [row] = await query('SELECT next_attempt_at FROM title_transfers WHERE order_id = ?', [orderId])
  expect(row?.next_attempt_at).toBeNull()
  await sweepTitlesAt(Date.now())
  expect((await showTitle(orderId, cast.seller)).late_at).toBeNull()
  expect(await toldLate(orderId)).toEqual([])
})

test('one that cannot be judged steps back and keeps no other from its turn', async () => {
  const [broken, other] = [await makePaidOrder(cast), await makePaidOrder(cast)]
  await moveTitleDue(broken.orderId, Date.now() - 2_000)
  await moveTitleDue(other.orderId, Date.now() - 1_000)
  const orphan = 8_000_000 + broken.orderId
  await query('UPDATE title_transfers SET order_id = ? WHERE order_id = ?', [orphan, broken.orderId])
  const now = Date.now()
  await sweepTitlesAt(now)
  expect((await showTitle(other.orderId, cast.buyer)).late_at).not.toBeNull()
  const [row] = await query('SELECT next_attempt_at > ? AS later FROM title_transfers WHERE order_id = ?', [
    new Date(now).toISOString().slice(0, -1).replace('T', ' '),
    orphan,
  ])
  expect(Number(row?.later)).toBe(1)
})
