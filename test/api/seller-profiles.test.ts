import { describe, expect, test } from 'vitest'
import { ownSellerProfileSchema } from '../../src/users/seller-schemas.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import { answered, offered } from '../support/offers.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const admin = await signInAdmin()

const save = (as: Person, body: Record<string, unknown>) => api('PUT', '/api/me/seller-profile', { as, body })
const review = (id: number, word: 'approve' | 'reject', body?: unknown) =>
  api('POST', `/api/admin/seller-profiles/${id}/${word}`, { as: admin, body })

describe('one’s own seller profile (M16)', () => {
  test('is made by PUT, waits for an admin, and never shows the tax id', async () => {
    const dealer = await signIn()
    expect(refusalOf(await api('GET', '/api/me/seller-profile', { as: dealer }))).toEqual([404, 'not_found'])
    const made = await save(dealer, {
      business_name: ' Lake Motors ',
      dealer_license: 'D-17',
      tax_id: '12-3456789',
    })
    expect(made.expect(200).as(ownSellerProfileSchema)).toMatchObject({
      user_id: dealer.user.id,
      business_name: 'Lake Motors',
      dealer_license: 'D-17',
      has_tax_id: true,
      status: 'pending',
      review_reason: null,
    })
    expect(made.text).not.toContain('3456789')
    const [row] = await query('SELECT tax_id FROM seller_profiles WHERE user_id = ?', [dealer.user.id])
    expect(row?.tax_id).toBe('12-3456789')
    for (const path of ['/api/me/seller-profile', '/api/auth/me']) {
      const answer = await api('GET', path, { as: dealer })
      expect(answer.status).toBe(200)
      expect(answer.text).not.toContain('3456789')
    }
  })

  test('once approved and then changed, is looked at again; a PUT that changes nothing leaves it approved', async () => {
    const dealer = await signIn()
    const id = (await save(dealer, { business_name: 'Hill Cars', tax_id: '1' })).int('id')
    ;(await review(id, 'approve')).expect(200)
    expect((await save(dealer, { business_name: 'Hill Cars' })).at('status')).toBe('approved')
    const changed = await save(dealer, { business_name: 'Hill Cars & Sons' })
    expect(changed.as(ownSellerProfileSchema)).toMatchObject({ status: 'pending', has_tax_id: true })
  })

  test('rejected says why, and may be sent again', async () => {
    const dealer = await signIn()
    const id = (await save(dealer, { business_name: 'Dale Autos' })).int('id')
    const rejected = await review(id, 'reject', { reason: 'The licence is missing' })
    expect(rejected.expect(200).at('review_reason')).toBe('The licence is missing')
    const mine = await api('GET', '/api/me/seller-profile', { as: dealer })
    expect(mine.as(ownSellerProfileSchema)).toMatchObject({
      status: 'rejected',
      review_reason: 'The licence is missing',
    })
    const again = await save(dealer, { business_name: 'Dale Autos', dealer_license: 'D-1' })
    expect(again.as(ownSellerProfileSchema)).toMatchObject({ status: 'pending', review_reason: null })
  })

  test.each([
    {},
    { business_name: '' },
    { business_name: ' ' },
    { business_name: 'x'.repeat(201) },
    { business_name: 1 },
  ])('refuses %j', async (body) => {
    expect(refusalOf(await save(await signIn(), body))).toEqual([400, 'validation_failed'])
  })

  test('is 401 without a sign-in', async () => {
    for (const method of ['GET', 'PUT']) {
      const answer = await api(method, '/api/me/seller-profile', { body: method === 'PUT' ? {} : undefined })
      expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
    }
  })

  test('two at once make one profile', async () => {
    const dealer = await signIn()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => save(dealer, { business_name: 'Twice Cars' })),
    )
    expect(new Set(answers.map((answer) => answer.expect(200).int('id'))).size).toBe(1)
  })
})

describe('GET /api/sellers/:id', () => {
  test('shows an approved seller to everyone: listings, completed sales, no tax id', async () => {
    const dealer = await signIn()
    const id = (await save(dealer, { business_name: 'Bay Cars', tax_id: '98-7654321' })).int('id')
    const vehicleId = await createActiveVehicle(dealer)
    expect(refusalOf(await api('GET', `/api/sellers/${id}`))).toEqual([404, 'not_found'])
    await review(id, 'approve')
    const seller = (await api('GET', `/api/sellers/${id}`)).expect(200)
    expect(seller.body).toEqual({
      id,
      user_id: dealer.user.id,
      business_name: 'Bay Cars',
      dealer_license: null,
      member_since: expect.any(String),
      completed_sales: 0,
      listing_count: 1,
      listings: [expect.objectContaining({ id: vehicleId })],
    })
    await query("UPDATE users SET status = 'suspended' WHERE id = ?", [dealer.user.id])
    expect(refusalOf(await api('GET', `/api/sellers/${id}`))).toEqual([404, 'not_found'])
  })

  test('is 404 for what is no seller', async () => {
    for (const id of ['999999', 'abc', '0'])
      expect(refusalOf(await api('GET', `/api/sellers/${id}`))).toEqual([404, 'not_found'])
  })
})

test('M16: a business names its owner on listings, offers, orders and invoices once it is approved, and not before', async () => {
  const [dealer, buyer] = [await signIn(undefined, { first_name: 'Ada', last_name: 'Byron' }), await signIn()]
  const id = (await save(dealer, { business_name: 'Federal Escrow' })).int('id')
  const vehicleId = await createActiveVehicle(dealer)
  const offer = await offered(vehicleId, buyer, 5_000)
  const { order_id } = await answered(offer.id, dealer, 'accept')
  const names = async () => {
    const shown = await Promise.all(
      [
        `/api/vehicles/${vehicleId}`,
        '/api/offers',
        `/api/orders/${order_id}`,
        `/api/orders/${order_id}/invoice`,
      ].map((path) => api('GET', path, { as: buyer })),
    )
    const at = [
      'seller.display_name',
      'offers.0.seller.display_name',
      'seller.display_name',
      'seller.display_name',
    ]
    return shown.map((answer, index) => answer.expect(200).at(at[index] ?? ''))
  }
  const person = ['Ada B.', 'Ada B.', 'Ada Byron', 'Ada Byron']
  expect(await names()).toEqual(person)
  ;(await review(id, 'reject', { reason: 'It is no escrow' })).expect(200)
  expect(await names()).toEqual(person)
  ;(await review(id, 'approve')).expect(200)
  expect(await names()).toEqual(Array(4).fill('Federal Escrow'))
})

test('GET /api/admin/seller-profiles has those that wait, and the audit log what was decided', async () => {
  const dealer = await signIn()
  const id = (await save(dealer, { business_name: 'Queue Cars' })).int('id')
  const list = async () => {
    const page = await api('GET', '/api/admin/seller-profiles?status=pending&per_page=100', { as: admin })
    return page.expect(200).at('seller_profiles')
  }
  expect(await list()).toContainEqual(expect.objectContaining({ id, business_name: 'Queue Cars' }))
  await review(id, 'approve')
  await review(id, 'approve')
  expect(await list()).not.toContainEqual(expect.objectContaining({ id }))
  const log = await api('GET', `/api/admin/audit-log?subject=seller_profile&subject_id=${id}`, { as: admin })
  expect(log.at('audit_log')).toMatchObject([
    { action: 'seller_profile.approved', actor_id: admin.user.id, before: { status: 'pending' } },
  ])
})
