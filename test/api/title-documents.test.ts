import { describe, expect, test } from 'vitest'
import { MAX_TITLE_DOCUMENTS } from '../../src/fulfillment/title.ts'
import { FILE_RULES } from '../../src/vehicles/vehicle.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import {
  attach,
  attached,
  handoverAudit,
  leadTitle,
  makeOrder,
  makePaidOrder,
  showTitle,
  signInCast,
  toldOf,
  uploadTitle,
} from '../support/handovers.ts'
import type { Person } from '../support/people.ts'
import { move } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'
import { PIXELS, uploadsOf } from '../support/uploads.ts'

const cast = await signInCast()

const PDF = { filename: 'Title.pdf', content_type: 'application/pdf' }
const sign = (orderId: number, as: Person, body: unknown) =>
  api('POST', `/api/orders/${orderId}/title/upload-url`, { as, body })
const add = async (orderId: number, as: Person, fields: object = {}) => {
  const s3_key = await uploadTitle(orderId, as)
  return attach(orderId, as, { s3_key, doc_type: 'title', filename: 'Title.pdf', ...fields })
}

describe('M10: title and bill of sale', () => {
  test('are attached by seller and admin, read by all three, told and recorded', async () => {
    const { orderId } = await makePaidOrder(cast)
    const made = attached(await add(orderId, cast.seller))
    expect(made.document).toMatchObject({
      id: made.document_id,
      doc_type: 'title',
      filename: 'Title.pdf',
      size_bytes: PIXELS.length,
      added_by: 'seller',
    })
    attached(await add(orderId, cast.admin, { doc_type: 'bill_of_sale', filename: 'Bill.pdf' }))
    for (const as of [cast.buyer, cast.seller, cast.admin]) {
      const { documents } = await showTitle(orderId, as)
      expect(documents.map(({ doc_type, added_by }) => [doc_type, added_by])).toEqual([
        ['title', 'seller'],
        ['bill_of_sale', 'admin'],
      ])
      const file = await fetch(documents[0]?.url ?? '')
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf'])
      expect(new Uint8Array(await file.arrayBuffer())).toEqual(PIXELS)
    }
    expect((await toldOf(orderId, 'title_update')).slice(2)).toEqual([
      [cast.buyer.user.id, 'The title was attached'],
      [cast.buyer.user.id, 'The bill of sale was attached'],
      [cast.seller.user.id, 'The bill of sale was attached'],
    ])
    expect((await handoverAudit(orderId, 'title')).slice(1)).toEqual([
      [cast.seller.user.id, 'title.document_added'],
      [cast.admin.user.id, 'title.document_added'],
    ])
  })

  test('are put there once, however often the same file is confirmed at once', async () => {
    const { orderId } = await makePaidOrder(cast)
    const s3_key = await uploadTitle(orderId, cast.seller)
    const body = { s3_key, doc_type: 'title', filename: 'Title.pdf' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => attach(orderId, cast.seller, body)))
    expect(new Set(answers.map((answer) => attached(answer).document_id)).size).toBe(1)
    expect((await showTitle(orderId, cast.buyer)).documents).toHaveLength(1)
    expect(await toldOf(orderId, 'title_update')).toHaveLength(3)
  })

  test('under an Idempotency-Key the first answer is given again, whatever became of the order since', async () => {
    const { orderId } = await makePaidOrder(cast)
    const body = { s3_key: await uploadTitle(orderId, cast.seller), doc_type: 'title', filename: 'a.pdf' }
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const first = (await attach(orderId, cast.seller, body, headers)).expect(201)
    await move(orderId, 'cancelled')
    const again = await attach(orderId, cast.seller, body, headers)
    expect([again.status, again.headers.get('idempotent-replay'), again.text]).toEqual([
      201,
      'true',
      first.text,
    ])
    const other = await attach(orderId, cast.seller, { ...body, filename: 'b.pdf' }, headers)
    expect(refusalOf(other)).toEqual([409, 'id_reused'])
  })

  test('are hidden from a buyer whose sale is off, and none is added any more', async () => {
    const { orderId } = await makePaidOrder(cast)
    attached(await add(orderId, cast.seller))
    const s3_key = await uploadTitle(orderId, cast.seller)
    await move(orderId, 'cancelled')
    expect((await showTitle(orderId, cast.buyer)).documents).toEqual([])
    expect((await showTitle(orderId, cast.seller)).documents).toHaveLength(1)
    const late = await attach(orderId, cast.seller, { s3_key, doc_type: 'title', filename: 'a.pdf' })
    expect(refusalOf(late)).toEqual([409, 'wrong_status'])
    expect(refusalOf(await sign(orderId, cast.seller, PDF))).toEqual([409, 'wrong_status'])
  })

  test('can still be attached once the title is completed', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTitle(orderId, cast, 'completed')
    attached(await add(orderId, cast.admin))
  })
})

test('before the order is paid there is nothing to attach to: 404', async () => {
  const { orderId } = await makeOrder(cast)
  expect(refusalOf(await sign(orderId, cast.seller, PDF))).toEqual([404, 'not_found'])
  const body = { s3_key: 'x', doc_type: 'title', filename: 'a.pdf' }
  expect(refusalOf(await attach(orderId, cast.seller, body))).toEqual([404, 'not_found'])
})

test.each([
  {},
  { ...PDF, filename: '' },
  { ...PDF, filename: 'x'.repeat(256) },
  { ...PDF, content_type: 'text/html' },
  { ...PDF, size: 0 },
  { ...PDF, size: FILE_RULES.title.maxBytes + 1 },
])('an address is not signed for %j: 400', async (body) => {
  const { orderId } = await makePaidOrder(cast)
  expect(refusalOf(await sign(orderId, cast.seller, body))).toEqual([400, 'validation_failed'])
})

test('what was not uploaded is 409, a file of nobody’s choosing 400', async () => {
  const [one, other] = [await makePaidOrder(cast), await makePaidOrder(cast)]
  const body = { doc_type: 'title', filename: 'a.pdf' }
  const signed = (await sign(one.orderId, cast.seller, PDF)).expect(200)
  const missing = await attach(one.orderId, cast.seller, { ...body, s3_key: signed.at('s3_key') })
  expect(refusalOf(missing)).toEqual([409, 'not_uploaded'])
  const s3_key = await uploadTitle(one.orderId, cast.seller)
  const listed = `vehicles/${one.vehicleId}/documents/${crypto.randomUUID()}.pdf`
  for (const key of [listed, '../x.pdf', '', 'x'.repeat(256)]) {
    const answer = await attach(one.orderId, cast.seller, { ...body, s3_key: key })
    expect(refusalOf(answer), key).toEqual([400, 'validation_failed'])
  }
  expect(refusalOf(await attach(other.orderId, cast.seller, { ...body, s3_key }))).toEqual([
    400,
    'validation_failed',
  ])
  for (const fields of [{ doc_type: 'passport' }, { filename: ' ' }, { doc_type: undefined }]) {
    const answer = await attach(one.orderId, cast.seller, { ...body, s3_key, ...fields })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
  }
  expect((await showTitle(one.orderId, cast.seller)).documents).toEqual([])
})

test('an empty file is refused, and a title’s key is no document of the listing', async () => {
  const { orderId, vehicleId } = await makePaidOrder(cast)
  const empty = await uploadTitle(orderId, cast.seller, {}, new Uint8Array())
  const body = { doc_type: 'title', filename: 'a.pdf', visibility: 'public' }
  expect(refusalOf(await attach(orderId, cast.seller, { ...body, s3_key: empty }))).toEqual([
    400,
    'validation_failed',
  ])
  const s3_key = await uploadTitle(orderId, cast.seller)
  await move(orderId, 'cancelled')
  const { call } = uploadsOf(cast.seller)
  expect(refusalOf(await call('POST', `${vehicleId}/documents`, { ...body, s3_key }))).toEqual([
    400,
    'validation_failed',
  ])
})

test(`a title has at most ${MAX_TITLE_DOCUMENTS} documents`, async () => {
  const { orderId } = await makePaidOrder(cast)
  const { id } = await showTitle(orderId, cast.seller)
  const rows = Array.from(
    { length: MAX_TITLE_DOCUMENTS },
    (_, index) => [id, `k${orderId}-${index}`] as const,
  )
  for (const [titleId, key] of rows) {
    await query(
      `INSERT INTO title_documents (title_transfer_id, s3_key, filename, size_bytes, doc_type, added_by, created_at)
       VALUES (?, ?, 'a.pdf', 1, 'title', ?, UTC_TIMESTAMP(3))`,
      [titleId, key, cast.seller.user.id],
    )
  }
  expect(refusalOf(await add(orderId, cast.seller))).toEqual([400, 'validation_failed'])
})
