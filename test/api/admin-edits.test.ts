/** M17: what an admin changes of somebody's listing is in the audit log. */
import { expect, test } from 'vitest'
import { auditPageSchema } from '../../src/users/admin-schemas.ts'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { callAs, uploadsOf } from '../support/uploads.ts'

const [admin, seller] = await Promise.all([signInAdmin(), signIn()])

const patch = (as: Person, id: number, body: unknown) => api('PATCH', `/api/vehicles/${id}`, { as, body })

/** What the log says of a vehicle, the first entry first. */
async function auditOf(vehicleId: number) {
  const page = await api('GET', `/api/admin/audit-log?subject=vehicle&subject_id=${vehicleId}`, { as: admin })
  const entries = page.expect(200).as(auditPageSchema).audit_log.toReversed()
  return entries.map(({ actor_id, action, before, after }) => ({ actor_id, action, before, after }))
}

test('M17: an edit is there with what differs, as it was and as it is; what stays as it is is not', async () => {
  const id = await createActiveVehicle(seller, { starting_price: 5_000, condition_grade: 3.5, trim: 'EX' })
  const change = {
    starting_price: 5_500.5,
    reserve_price: 8_000,
    condition_grade: 4,
    trim: 'EX',
    has_keys: true,
  }
  ;(await patch(admin, id, change)).expect(200)
  expect(await auditOf(id)).toEqual([
    {
      actor_id: admin.user.id,
      action: 'vehicle.edited',
      before: { starting_price: 5_000, reserve_price: null, condition_grade: 3.5, has_keys: null },
      after: { starting_price: 5_500.5, reserve_price: 8_000, condition_grade: 4, has_keys: true },
    },
  ])
  ;(await patch(admin, id, change)).expect(200)
  expect(await auditOf(id)).toHaveLength(1)
})

test('M17: an owner’s own edits are not there', async () => {
  const id = await createActiveVehicle(seller)
  ;(await patch(seller, id, { description: 'New tyres' })).expect(200)
  expect(await auditOf(id)).toEqual([])
})

test('M17: an edit that cannot be recorded is not made', async () => {
  const id = await createActiveVehicle(seller, { trim: 'LX' })
  const refused = await withFault({ mode: 'refuse-statement', matching: '^insert into .?audit_log' }, () =>
    patch(admin, id, { trim: 'EX' }),
  )
  expect(refused.status).toBeGreaterThanOrEqual(500)
  expect((await api('GET', `/api/vehicles/${id}`)).at('trim')).toBe('LX')
})

test('M17: an edit whose answer from the database was lost is recorded once', async () => {
  const id = await createActiveVehicle(seller, { trim: 'LX' })
  await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () => {
    ;(await patch(admin, id, { trim: 'EX' })).expect(200)
  })
  expect(await auditOf(id)).toMatchObject([{ before: { trim: 'LX' }, after: { trim: 'EX' } }])
})

test('M12: what a room is told is recorded once, before it hears it; the rest beside it', async () => {
  const vehicle_id = await createActiveVehicle(seller, { mileage: 60_000, description: 'Good' })
  await createAuction(seller, { vehicle_id })
  ;(await patch(admin, vehicle_id, { mileage: 61_000, description: 'Fair' })).expect(200)
  const entries = await auditOf(vehicle_id)
  expect(entries.map(({ action, before, after }) => [action, before, after])).toEqual([
    ['vehicle.disclose', { mileage: 60_000 }, { mileage: 61_000 }],
    ['vehicle.edited', { description: 'Good' }, { description: 'Fair' }],
  ])
})

test('M17: so are changes of its pictures and documents', async () => {
  const id = await createActiveVehicle(seller)
  const { addImage, uploadDocument } = uploadsOf(seller)
  const [first, second] = [await addImage(id), await addImage(id)]
  const s3_key = await uploadDocument(id)
  const document = { s3_key, doc_type: 'title', filename: 'title.pdf', visibility: 'buyer' }
  const call = callAs(admin)
  const made = (await call('POST', `${id}/documents`, document)).expect(201).int('document_id')
  ;(await call('PATCH', `${id}/documents/${made}`, { visibility: 'public' })).expect(200)
  ;(await call('DELETE', `${id}/documents/${made}`)).expect(200)
  ;(await call('PATCH', `${id}/images/${second.image_id}`, { caption: 'Rear' })).expect(200)
  const image_ids = [second.image_id, first.image_id]
  ;(await call('PUT', `${id}/images/order`, { image_ids })).expect(200)
  ;(await call('DELETE', `${id}/images/${first.image_id}`)).expect(200)
  const papers = { id: made, doc_type: 'title', filename: 'title.pdf' }
  const rear = { id: second.image_id, is_primary: false }
  expect((await auditOf(id)).map(({ action, before, after }) => [action, before, after])).toEqual([
    ['vehicle.document_added', null, { ...papers, visibility: 'buyer' }],
    ['vehicle.document_changed', { ...papers, visibility: 'buyer' }, { ...papers, visibility: 'public' }],
    ['vehicle.document_deleted', { ...papers, visibility: 'public' }, null],
    ['vehicle.image_changed', { ...rear, caption: null }, { ...rear, caption: 'Rear' }],
    ['vehicle.images_ordered', { image_ids: image_ids.toReversed() }, { image_ids }],
    ['vehicle.image_deleted', { id: first.image_id, caption: null, is_primary: true }, null],
  ])
})
