import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDeps } from '../../src/deps.ts'
import { cents } from '../../src/lib/money.ts'
import { nameOfferSale } from '../../src/market/sale.ts'
import { vehicleSchema } from '../../src/vehicles/schemas.ts'
import {
  api,
  createActiveVehicle,
  createDraftVehicle,
  type Person,
  signIn,
  signInAdmin,
} from '../support/index.ts'
import { move } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'
import { uploadsOf } from '../support/uploads.ts'

const [seller, stranger, admin] = [await signIn(), await signIn(), await signInAdmin()]
const { call, signUpload, uploadDocument } = uploadsOf(seller)

describe('documents', () => {
  const addDocument = async (id: number, fields: object = {}) => {
    const s3_key = await uploadDocument(id)
    const body = { s3_key, doc_type: 'title', filename: 'Title.pdf', visibility: 'public', ...fields }
    return (await call('POST', `${id}/documents`, body)).expect(201)
  }
  const seenBy = async (id: number, as?: Person) => {
    const answer = await api('GET', `/api/vehicles/${id}`, { as })
    return answer
      .expect(200)
      .as(vehicleSchema)
      .documents.map(({ visibility }) => visibility)
  }

  test('a document is put to the vehicle and can be read', async () => {
    const id = await createDraftVehicle(seller)
    const made = await addDocument(id)
    expect(made.body).toEqual({
      message: 'Document added',
      document_id: made.int('document.id'),
      document: {
        id: made.int('document_id'),
        url: expect.stringContaining('X-Amz-Signature='),
        doc_type: 'title',
        filename: 'Title.pdf',
        visibility: 'public',
        created_at: made.at('document.created_at'),
      },
    })
    const url = z.string().parse(made.at('document.url'))
    expect((await fetch(url)).headers.get('content-type')).toBe('application/pdf')
  })

  test('one for the buyer is seen by owner, admins and the buyer alone', async () => {
    const id = await createActiveVehicle(seller)
    const buyer = await signIn()
    await addDocument(id)
    await addDocument(id, { visibility: 'buyer' })
    const { db, onSold } = createDeps(env)
    const orderId = await db.transaction((tx) =>
      onSold(tx, {
        ...nameOfferSale(1, Date.now()),
        auctionId: null,
        vehicleId: id,
        buyerId: buyer.user.id,
        sellerId: seller.user.id,
        price: cents(100_000),
        soldAt: Date.now(),
      }),
    )
    expect(await seenBy(id)).toEqual(['public'])
    expect(await seenBy(id, stranger)).toEqual(['public'])
    for (const person of [seller, admin, buyer]) expect(await seenBy(id, person)).toEqual(['public', 'buyer'])
    await move(orderId, 'cancelled')
    expect(await seenBy(id, buyer)).toEqual(['public'])
  })

  test.each([{ doc_type: 'passport' }, { visibility: 'everyone' }, { filename: '' }, { s3_key: 'x' }])(
    '%j is 400',
    async (fields) => {
      const id = await createDraftVehicle(seller)
      const s3_key = await uploadDocument(id)
      const body = { s3_key, doc_type: 'title', filename: 'a.pdf', visibility: 'public', ...fields }
      expect(refusalOf(await call('POST', `${id}/documents`, body))).toEqual([400, 'validation_failed'])
    },
  )

  test('what was not uploaded is 409', async () => {
    const id = await createDraftVehicle(seller)
    const { s3_key } = await signUpload(id, { kind: 'document', content_type: 'application/pdf' })
    const body = { s3_key, doc_type: 'other', filename: 'a.pdf', visibility: 'public' }
    expect(refusalOf(await call('POST', `${id}/documents`, body))).toEqual([409, 'not_uploaded'])
  })

  test('repeated under its Idempotency-Key it is the first answer, whatever became of it since', async () => {
    const id = await createDraftVehicle(seller)
    const s3_key = await uploadDocument(id)
    const body = { s3_key, doc_type: 'title', filename: 'a.pdf', visibility: 'public' }
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const add = () => api('POST', `/api/vehicles/${id}/documents`, { as: seller, body, headers })
    const first = (await add()).expect(201)
    await call('DELETE', `${id}/documents/${first.int('document_id')}`)
    await call('POST', `${id}/archive`)
    const again = await add()
    expect([again.status, again.headers.get('idempotent-replay'), again.text]).toEqual([
      201,
      'true',
      first.text,
    ])
  })

  test('visibility and kind can be changed, and the document deleted', async () => {
    const id = await createActiveVehicle(seller)
    const documentId = (await addDocument(id)).int('document_id')
    const change = (body: object) => call('PATCH', `${id}/documents/${documentId}`, body)
    expect(
      (await change({ visibility: 'buyer', doc_type: 'other' })).expect(200).at('document'),
    ).toMatchObject({
      visibility: 'buyer',
      doc_type: 'other',
      filename: 'Title.pdf',
    })
    expect(refusalOf(await change({ visibility: 'nobody' }))).toEqual([400, 'validation_failed'])
    expect(await seenBy(id)).toEqual([])
    const gone = await call('DELETE', `${id}/documents/${documentId}`)
    expect(gone.expect(200).body).toEqual({ message: 'Document deleted' })
    expect(refusalOf(await change({}))).toEqual([404, 'not_found'])
  })
})
