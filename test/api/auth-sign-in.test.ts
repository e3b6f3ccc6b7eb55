import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { refresh_families, users } from '../../src/db/schema/users.ts'
import { sessionSchema } from '../../src/users/schemas.ts'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { USER } from '../support/front-end-shapes.ts'
import { signClerkToken, signIn } from '../support/people.ts'
import { growthOf } from '../support/scrape.ts'
import { contextAt, refusalOf, sync } from '../support/sessions.ts'

const PATH = '/api/auth/clerk-sync'
const variables = { ...env }
afterEach(() => {
  Object.assign(env, variables)
})

describe('clerk-sync', () => {
  test('a first sign-in makes the account and answers tokens and user in the shape of the API', async () => {
    const answer = await sync('user_shape', { first_name: 'Ada', last_name: 'Byron' })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 900,
      user: {
        ...USER,
        clerk_user_id: 'user_shape',
        email: 'user_shape@example.com',
        first_name: 'Ada',
        last_name: 'Byron',
      },
    })
  })

  test('a later sign-in is the same account, with the email and the names that are given', async () => {
    const first = (await sync('user_again', { first_name: 'Ada', last_name: 'Byron' }))
      .expect(200)
      .as(sessionSchema)
    const second = (
      await sync('user_again', { email: 'new@example.com', first_name: 'Augusta', last_name: '' })
    )
      .expect(200)
      .as(sessionSchema)
    expect(second.user).toMatchObject({
      id: first.user.id,
      email: 'new@example.com',
      first_name: 'Augusta',
      last_name: 'Byron',
    })
  })

  test('names may be missing or null', async () => {
    const { user } = (await sync('user_nameless', { first_name: null })).expect(200).as(sessionSchema)
    expect(user).toMatchObject({ first_name: null, last_name: null })
  })

  test('Clerk ids that differ in case only are two people', async () => {
    const lower = await signIn('user_case')
    const upper = (await sync('USER_CASE', { email: 'upper@example.com' })).expect(200).as(sessionSchema)
    expect(upper.user.id).not.toBe(lower.user.id)
    expect(upper.user.clerk_user_id).toBe('USER_CASE')
  })

  test('ten first sign-ins at once make one account', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => sync('user_race')))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(new Set(answers.map((answer) => answer.expect(200).as(sessionSchema).user.id)).size).toBe(1)
    const { db } = contextAt(Date.now())
    expect(await db.$count(users, eq(users.clerk_user_id, 'user_race'))).toBe(1)
  })

  test('each account is counted once, when it is made', async () => {
    const growth = await growthOf('user_registrations_total{role="buyer"}', async () => {
      await Promise.all(Array.from({ length: 5 }, () => sync('user_counted')))
      await sync('user_counted')
    })
    expect(growth).toBe(1)
  })

  test('a sign-in whose COMMIT was done but its answer lost goes through, as one sign-in', async () => {
    await withFault({ mode: 'lose-answer', matching: '^commit', times: 1 }, async () => {
      const person = await signIn('user_commit')
      const { db } = contextAt(0)
      expect(await db.$count(refresh_families, eq(refresh_families.user_id, person.user.id))).toBe(1)
    })
  })

  test('with the database away signing in is 503', async () => {
    await withFault({ mode: 'refuse' }, async () => {
      expect(refusalOf(await sync('user_away'))).toEqual([503, 'unavailable'])
    })
  })

  test('of two who claim one email at once one gets it and the other email_taken', async () => {
    const answers = await Promise.all([
      sync('user_twin_a', { email: 'twin@example.com' }),
      sync('user_twin_b', { email: 'twin@example.com' }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('an email that belongs to another Clerk id is email_taken, whatever its case, and nothing is merged', async () => {
    const holder = await signIn('user_holder')
    expect(refusalOf(await sync('user_thief', { email: 'User_Holder@Example.com' }))).toEqual([
      409,
      'email_taken',
    ])
    await signIn('user_thief')
    expect(refusalOf(await sync('user_thief', { email: holder.user.email }))).toEqual([409, 'email_taken'])
    expect((await signIn('user_holder')).user).toEqual(holder.user)
    expect((await signIn('user_thief')).user.email).toBe('user_thief@example.com')
  })

  test('the email in Clerk’s own token counts, not the one that the client claims', async () => {
    const answer = await api('POST', PATH, {
      token: await signClerkToken('user_email', { claims: { email: 'proven@example.com' } }),
      body: { clerk_user_id: 'user_email', email: 'claimed@example.com' },
    })
    expect(answer.expect(200).as(sessionSchema).user.email).toBe('proven@example.com')
  })
})

describe('the body', () => {
  test.each([
    ['an id with another character', { clerk_user_id: 'user bad' }],
    ['an empty id', { clerk_user_id: '' }],
    ['an id of 65', { clerk_user_id: 'x'.repeat(65) }],
    ['an id that is no text', { clerk_user_id: 7 }],
    ['no email', { email: undefined }],
    ['an email without @', { email: 'nobody' }],
    ['an email of 255', { email: `${'x'.repeat(243)}@example.com` }],
    ['a name of 101', { first_name: 'x'.repeat(101) }],
    ['a name that is no text', { last_name: ['x'] }],
  ])('%s is 400', async (_name, change) => {
    const answer = await sync('user_body', change)
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body).toMatchObject({ details: [{ path: Object.keys(change)[0] }] })
  })

  test('an id of 64 characters is taken', async () => {
    const id = 'Az0_-'.padEnd(64, 'x')
    expect(
      (await sync(id, { email: 'long-id@example.com' })).expect(200).as(sessionSchema).user.clerk_user_id,
    ).toBe(id)
  })

  test('broken JSON is 400', async () => {
    const answer = await api('POST', PATH, {
      token: await signClerkToken('user_body'),
      body: '{"clerk_user_id":',
    })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
  })
})

test('whoever ADMIN_CLERK_IDS names is an administrator, and is none at the next sign-in once it does not', async () => {
  const admin = await signIn('admin_1')
  expect(admin.user).toMatchObject({ role: 'admin', roles: ['buyer', 'admin'] })
  Object.assign(env, { ADMIN_CLERK_IDS: 'admin_2' })
  expect((await signIn('admin_1')).user).toMatchObject({ role: 'buyer', roles: ['buyer'] })
  Object.assign(env, { ADMIN_CLERK_IDS: 'ADMIN_1' })
  expect((await signIn('admin_1')).user.roles).toEqual(['buyer'])
})
