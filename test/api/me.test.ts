import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { decode } from 'hono/jwt'
import { afterEach, describe, expect, test } from 'vitest'
import { seller_profiles, users } from '../../src/db/schema/users.ts'
import { sessionSchema, userChangedSchema, userSchema } from '../../src/users/schemas.ts'
import { becomeSeller } from '../../src/users/service.ts'
import { api } from '../support/api.ts'
import { USER } from '../support/front-end-shapes.ts'
import { type Person, signIn } from '../support/people.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'

const PATH = '/api/auth/me'
const variables = { ...env }
afterEach(() => {
  Object.assign(env, variables)
})

const me = async (as: Person) => (await api('GET', PATH, { as })).expect(200).as(userSchema)
const put = (as: Person, body: unknown) => api('PUT', PATH, { as, body })
const change = async (as: Person, body: unknown) => (await put(as, body)).expect(200).as(userChangedSchema)
const { db } = contextAt(0)

describe('GET /api/auth/me', () => {
  test('answers the caller in the shape of the API', async () => {
    const person = await signIn('user_me', { email: 'me@example.com', first_name: 'Ada', last_name: 'Byron' })
    expect((await api('GET', PATH, { as: person })).body).toEqual({
      ...USER,
      id: person.user.id,
      clerk_user_id: 'user_me',
      email: 'me@example.com',
      first_name: 'Ada',
      last_name: 'Byron',
      created_at: person.user.created_at,
    })
  })

  test('without a token is 401', async () => {
    expect(refusalOf(await api('GET', PATH))).toEqual([401, 'unauthenticated'])
  })

  test('of an account that is there no more is 401', async () => {
    const person = await signIn()
    await db.delete(users).where(eq(users.id, person.user.id))
    expect(refusalOf(await api('GET', PATH, { as: person }))).toEqual([401, 'unauthenticated'])
  })

  test('shows the seller profile, without the tax id', async () => {
    const person = await signIn()
    const created_at = new Date('2026-01-02T03:04:05.678Z')
    const values = { user_id: person.user.id, business_name: 'Byron Motors', tax_id: '12-3456789' }
    await db.insert(seller_profiles).values({ ...values, created_at, updated_at: created_at })
    const [row] = await db.select().from(seller_profiles).where(eq(seller_profiles.user_id, person.user.id))
    expect((await me(person)).seller_profile).toEqual({
      id: row?.id,
      business_name: 'Byron Motors',
      dealer_license: null,
      status: 'pending',
      created_at: '2026-01-02T03:04:05.678Z',
    })
  })

  test.each<[string, { id: boolean; payment: boolean }, boolean]>([
    ['', { id: false, payment: false }, true],
    ['id', { id: false, payment: true }, false],
    ['id', { id: true, payment: false }, true],
    ['payment', { id: true, payment: false }, false],
    ['payment', { id: false, payment: true }, true],
    ['id,payment', { id: true, payment: false }, false],
    ['id,payment', { id: true, payment: true }, true],
  ])('with BID_REQUIRES=%s and %o can_bid is %s', async (required, passed, expected) => {
    Object.assign(env, { BID_REQUIRES: required })
    const person = await signIn()
    await db
      .update(users)
      .set({ is_id_verified: passed.id, has_payment_method: passed.payment })
      .where(eq(users.id, person.user.id))
    expect(await me(person)).toMatchObject({
      can_bid: expected,
      is_id_verified: passed.id,
      has_payment_method: passed.payment,
    })
  })
})

describe('PUT /api/auth/me', () => {
  const full = {
    first_name: 'Grace',
    last_name: 'Hopper',
    phone: '+1 555 0100',
    address_line1: '1 Main St',
    address_line2: 'Apt 2',
    city: 'Austin',
    state: 'TX',
    zip_code: '78701',
  }

  test('changes every field that it names and answers {message, user}', async () => {
    const person = await signIn()
    const { message, user } = await change(person, full)
    expect(message).toBe('Profile updated')
    expect(user).toEqual({
      ...person.user,
      first_name: 'Grace',
      last_name: 'Hopper',
      phone: '+1 555 0100',
      address: { line1: '1 Main St', line2: 'Apt 2', city: 'Austin', state: 'TX', zip_code: '78701' },
    })
    expect(await me(person)).toEqual(user)
  })

  test('leaves alone what is absent; "" and null count as not set', async () => {
    const person = await signIn()
    await change(person, full)
    const { user } = await change(person, { phone: '', city: null, state: '  ' })
    expect(user).toMatchObject({
      first_name: 'Grace',
      phone: null,
      address: { line1: '1 Main St', city: null, state: null, zip_code: '78701' },
    })
    expect((await change(person, {})).user).toEqual(user)
  })

  test('changes nothing else, whatever is sent', async () => {
    const person = await signIn()
    const { user } = await change(person, {
      id: 1,
      clerk_user_id: 'someone',
      email: 'other@example.com',
      role: 'admin',
      roles: ['admin'],
      status: 'deleted',
      is_id_verified: true,
      has_payment_method: true,
    })
    expect(user).toEqual(person.user)
  })

  test('keeps any script and quotes as they are', async () => {
    const person = await signIn()
    const name = `Zoë "Ω" 李 🚗 '; DROP TABLE users; -- ?`
    expect((await change(person, { first_name: name })).user.first_name).toBe(name)
  })

  test.each([
    ['a name of 101', { first_name: 'x'.repeat(101) }],
    ['a phone of 33', { phone: '1'.repeat(33) }],
    ['an address of 201', { address_line1: 'x'.repeat(201) }],
    ['a zip code that is a number', { zip_code: 78701 }],
    ['a city that is a list', { city: ['Austin'] }],
  ])('%s is 400 and changes nothing', async (_name, body) => {
    const person = await signIn()
    const answer = await put(person, { last_name: 'Changed', ...body })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.at('details.0.path')).toBe(Object.keys(body)[0])
    expect(await me(person)).toEqual(person.user)
  })

  test('a body that is no object or no JSON is 400; without a token it is 401 first', async () => {
    const person = await signIn()
    for (const body of ['[', '[]', '"x"', 'null']) {
      expect(refusalOf(await put(person, body))).toEqual([400, 'validation_failed'])
    }
    expect(refusalOf(await api('PUT', PATH, { body: '[' }))).toEqual([401, 'unauthenticated'])
  })
})

test('the first listing makes a seller: seen at once, in the tokens from the next refresh on, and only once', async () => {
  const person = await signIn()
  for (let time = 0; time < 2; time++) {
    await db.transaction((tx) => becomeSeller(tx, person.user.id, Date.now()))
    expect(await me(person)).toMatchObject({ role: 'seller', roles: ['buyer', 'seller'] })
  }
  expect(decode(person.access_token).payload.roles).toEqual(['buyer'])
  const refreshed = await api('POST', '/api/auth/refresh', { token: person.refresh_token })
  expect(decode(refreshed.expect(200).as(sessionSchema).access_token).payload.roles).toEqual([
    'buyer',
    'seller',
  ])
})
