import { describe, expect, test } from 'vitest'
import { mayMoveTitle, TITLE_STATUS, TITLE_STATUSES } from '../../src/fulfillment/title.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import {
  handoverAudit,
  leadTitle,
  makeOrder,
  makePaidOrder,
  patchTitle,
  pay,
  showTitle,
  signInCast,
  toldOf,
} from '../support/handovers.ts'
import { signIn } from '../support/people.ts'
import { move, showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const [cast, stranger] = await Promise.all([signInCast(), signIn()])

const instant = (text: string) => Date.parse(text)

describe('M10: the payment', () => {
  test('opens the title’s transfer once and takes the order on to title_processing', async () => {
    const { orderId } = await makePaidOrder(cast)
    const order = await showOrder(orderId, cast.buyer)
    expect(order.status).toBe('title_processing')
    expect(order.history.map(({ status }) => status)).toEqual(['pending_payment', 'paid', 'title_processing'])
    expect(await showTitle(orderId, cast.buyer)).toMatchObject({
      order_id: orderId,
      status: 'pending',
      late_at: null,
      submitted_at: null,
      completed_at: null,
      documents: [],
    })
    expect(await handoverAudit(orderId, 'title')).toEqual([[null, 'title.opened']])
    expect(await toldOf(orderId, 'title_update')).toEqual([
      [cast.buyer.user.id, 'The title’s transfer has begun'],
      [cast.seller.user.id, 'The title’s transfer has begun'],
    ])
  })

  test('makes it due at the end of the fifth business day after it, in the market’s time', async () => {
    const { orderId } = await makeOrder(cast)
    // A Friday; Monday to Friday are counted, Chicago is at UTC−6.
    await pay(orderId, instant('2027-01-08T18:00:00Z'))
    expect((await showTitle(orderId, cast.seller)).due_at).toBe('2027-01-16T06:00:00.000Z')
  })

  test('21 business days where the listing said that the title is absent', async () => {
    const { orderId, vehicleId } = await makeOrder(cast, { title_absent: true })
    expect((await api('GET', `/api/vehicles/${vehicleId}`)).at('title_absent')).toBe(true)
    // Counted from Monday 1 March; daylight saving time begins in between.
    await pay(orderId, instant('2027-02-26T18:00:00Z'))
    expect((await showTitle(orderId, cast.seller)).due_at).toBe('2027-03-30T05:00:00.000Z')
  })

  test('before it there is none: 404', async () => {
    const { orderId } = await makeOrder(cast)
    expect(refusalOf(await api('GET', `/api/orders/${orderId}/title`, { as: cast.buyer }))).toEqual([
      404,
      'not_found',
    ])
    expect(refusalOf(await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' }))).toEqual([
      404,
      'not_found',
    ])
  })

  test('once more, after a refund has reopened the order, keeps the transfer and gives it a new date', async () => {
    const { orderId } = await makeOrder(cast)
    await pay(orderId, instant('2027-01-08T18:00:00Z'))
    await leadTitle(orderId, cast, TITLE_STATUS.submittedToDmv)
    await move(orderId, 'pending_payment')
    await pay(orderId, instant('2027-01-11T18:00:00Z'))
    // The third Monday of January is a holiday.
    const title = await showTitle(orderId, cast.buyer)
    expect([title.status, title.due_at]).toEqual(['submitted_to_dmv', '2027-01-20T06:00:00.000Z'])
    expect((await showOrder(orderId, cast.buyer)).status).toBe('title_processing')
    const [row] = await query('SELECT COUNT(*) AS n FROM title_transfers WHERE order_id = ?', [orderId])
    expect(Number(row?.n)).toBe(1)
  })

  test('whose COMMIT’s answer was lost opens it once', async () => {
    const { orderId } = await makeOrder(cast)
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () => pay(orderId))
    expect(await handoverAudit(orderId, 'title')).toHaveLength(1)
    expect(await toldOf(orderId, 'title_update')).toHaveLength(2)
    expect((await showOrder(orderId, cast.buyer)).history).toHaveLength(3)
  })
})

describe('M10: its way', () => {
  test('submitted by the seller, processed and completed by an admin; each told to whoever did not do it', async () => {
    const { orderId } = await makePaidOrder(cast)
    const submitted = (await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' })).expect(200)
    expect(submitted.at('status')).toBe('submitted_to_dmv')
    expect(submitted.at('submitted_at')).not.toBeNull()
    ;(await patchTitle(orderId, cast.admin, { status: 'processing' })).expect(200)
    const done = (await patchTitle(orderId, cast.admin, { status: 'completed' })).expect(200)
    expect(done.at('completed_at')).not.toBeNull()
    const [buyerId, sellerId, adminId] = [cast.buyer.user.id, cast.seller.user.id, cast.admin.user.id]
    expect((await toldOf(orderId, 'title_update')).slice(2)).toEqual([
      [buyerId, 'The title was submitted'],
      [buyerId, 'The title is being processed'],
      [sellerId, 'The title is being processed'],
      [buyerId, 'The title’s transfer is complete'],
      [sellerId, 'The title’s transfer is complete'],
    ])
    expect((await handoverAudit(orderId, 'title')).slice(1)).toEqual([
      [sellerId, 'title.submitted_to_dmv'],
      [adminId, 'title.processing'],
      [adminId, 'title.completed'],
    ])
    expect((await showOrder(orderId, cast.buyer)).status).toBe('title_processing')
  })

  test('rejected with a reason, it is submitted again', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTitle(orderId, cast, TITLE_STATUS.rejected)
    expect(await showTitle(orderId, cast.seller)).toMatchObject({
      status: 'rejected',
      rejection_reason: 'The seal is missing',
    })
    ;(await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' })).expect(200)
    expect(await showTitle(orderId, cast.seller)).toMatchObject({
      status: 'submitted_to_dmv',
      rejection_reason: null,
    })
  })

  test('every other step is 409, and changes nothing', async () => {
    const { orderId } = await makePaidOrder(cast)
    for (const from of TITLE_STATUSES) {
      for (const to of TITLE_STATUSES.filter((status) => status !== 'pending')) {
        if (mayMoveTitle(from, to)) continue
        await query('UPDATE title_transfers SET status = ? WHERE order_id = ?', [from, orderId])
        const body = { status: to, ...(to === 'rejected' && { reason: 'Why not' }) }
        expect(refusalOf(await patchTitle(orderId, cast.admin, body)), `${from} → ${to}`).toEqual([
          409,
          'wrong_status',
        ])
        expect((await showTitle(orderId, cast.admin)).status).toBe(from)
      }
    }
    expect(await handoverAudit(orderId, 'title')).toHaveLength(1)
  })

  test.each(['cancelled', 'refunded'] as const)(
    'of an order that is %s it goes on no more: 409',
    async (to) => {
      const { orderId } = await makePaidOrder(cast)
      await move(orderId, to)
      expect(refusalOf(await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' }))).toEqual([
        409,
        'wrong_status',
      ])
      expect((await showTitle(orderId, cast.seller)).status).toBe('pending')
    },
  )

  test('of fifty who submit it at once one does', async () => {
    const { orderId } = await makePaidOrder(cast)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        patchTitle(orderId, index % 2 === 0 ? cast.seller : cast.admin, { status: 'submitted_to_dmv' }),
      ),
    )
    const tally = Object.groupBy(answers, ({ status }) => String(status))
    expect([tally['200']?.length, tally['409']?.length]).toEqual([1, 49])
    expect(await handoverAudit(orderId, 'title')).toHaveLength(2)
  })

  test('a step whose COMMIT’s answer was lost is made and told once', async () => {
    const { orderId } = await makePaidOrder(cast)
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () =>
      (await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' })).expect(200),
    )
    expect(await handoverAudit(orderId, 'title')).toHaveLength(2)
    expect(await toldOf(orderId, 'title_update')).toHaveLength(3)
  })
})

test.each([
  {},
  null,
  'submitted_to_dmv',
  { status: 'pending' },
  { status: 'done' },
  { status: 7 },
  { status: 'rejected' },
  { status: 'rejected', reason: ' ' },
  { status: 'rejected', reason: 'x'.repeat(501) },
])('400 for %j', async (body) => {
  const { orderId } = await makePaidOrder(cast)
  expect(refusalOf(await patchTitle(orderId, cast.admin, body))).toEqual([400, 'validation_failed'])
  expect((await showTitle(orderId, cast.admin)).status).toBe('pending')
})

test('is for buyer, seller and admins: strangers 404, without a sign-in 401, an unknown order 404', async () => {
  const { orderId } = await makePaidOrder(cast)
  for (const as of [cast.buyer, cast.seller, cast.admin]) await showTitle(orderId, as)
  const path = `/api/orders/${orderId}/title`
  expect(refusalOf(await api('GET', path, { as: stranger }))).toEqual([404, 'not_found'])
  expect(refusalOf(await api('GET', path))).toEqual([401, 'unauthenticated'])
  expect(refusalOf(await api('GET', '/api/orders/999999/title', { as: cast.admin }))).toEqual([
    404,
    'not_found',
  ])
})
