import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { users, webhook_messages } from '../../src/db/schema/users.ts'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { type Person, signIn } from '../support/people.ts'
import { contextAt, refusalOf, sync } from '../support/sessions.ts'
import { CLERK_PATH, type ClerkDelivery, deletedAtClerk, deliverClerk } from '../support/signed-messages.ts'

const deliver = deliverClerk
const deleted = deletedAtClerk
const variables = { ...env }
afterEach(() => {
  Object.assign(env, variables)
})
const { db } = contextAt(0)

interface Change {
  email?: string
  first_name?: string | null
  last_name?: string | null
  updated_at?: number
}
const updated = (clerkUserId: string, { email, updated_at = Date.now(), ...names }: Change) => ({
  type: 'user.updated',
  object: 'event',
  data: {
    id: clerkUserId,
    object: 'user',
    first_name: null,
    last_name: null,
    ...names,
    primary_email_address_id: email ? 'idn_2' : null,
    email_addresses: [
      { id: 'idn_1', email_address: 'secondary@example.com' },
      ...(email ? [{ id: 'idn_2', email_address: email }] : []),
    ],
    updated_at,
  },
})
const readRow = async (person: Person) => {
  const [row] = await db.select().from(users).where(eq(users.id, person.user.id))
  if (!row) throw new Error('There is no such user')
  return row
}

describe('the signature', () => {
  const event = deleted('user_nobody')

  test('is needed: a message without it is 401', async () => {
    expect(refusalOf(await api('POST', CLERK_PATH, { body: event }))).toEqual([401, 'unauthenticated'])
  })

  test.each<[string, ClerkDelivery]>([
    ['by another secret', { secret: `whsec_${btoa('another secret of this length')}` }],
    ['over another body', { signed: '{"type":"user.deleted"}' }],
    ['of more than five minutes ago', { timestampS: Math.floor(Date.now() / 1000) - 301 }],
    ['of more than five minutes ahead', { timestampS: Math.floor(Date.now() / 1000) + 400 }],
  ])('%s is 401', async (_name, message) => {
    const person = await signIn()
    const answer = await deliver(deleted(person.user.clerk_user_id), message)
    expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
    expect((await readRow(person)).status).toBe('active')
  })

  test('is over the bytes as they came, whatever their spacing', async () => {
    const person = await signIn()
    const body = JSON.stringify(updated(person.user.clerk_user_id, { first_name: 'Spaced' }), null, 3)
    expect((await deliver(body)).expect(200).body).toEqual({ received: true })
    expect((await readRow(person)).first_name).toBe('Spaced')
  })

  test('cannot be checked without a secret: 503', async () => {
    Object.assign(env, { CLERK_WEBHOOK_SIGNING_SECRET: '' })
    expect(refusalOf(await deliver(event))).toEqual([503, 'unavailable'])
  })
})

describe('user.updated', () => {
  test('takes over the primary email and the names', async () => {
    const person = await signIn()
    const change = { email: 'primary@example.com', first_name: 'New', last_name: 'Name' }
    expect((await deliver(updated(person.user.clerk_user_id, change))).status).toBe(200)
    expect(await readRow(person)).toMatchObject(change)
  })

  test('keeps what Clerk has not', async () => {
    const person = await signIn()
    await deliver(updated(person.user.clerk_user_id, {}))
    const { email, first_name, last_name } = person.user
    expect(await readRow(person)).toMatchObject({ email, first_name, last_name })
  })

  test('that is older than one taken over already changes nothing', async () => {
    const person = await signIn()
    const id = person.user.clerk_user_id
    await deliver(updated(id, { first_name: 'Later', updated_at: 2_000 }))
    await deliver(updated(id, { first_name: 'Earlier', updated_at: 1_000 }))
    expect((await readRow(person)).first_name).toBe('Later')
  })

  test('leaves an email alone that belongs to another, and takes over the rest', async () => {
    const [person, holder] = [await signIn(), await signIn()]
    const change = { email: holder.user.email.toUpperCase(), first_name: 'Renamed' }
    expect((await deliver(updated(person.user.clerk_user_id, change))).status).toBe(200)
    expect(await readRow(person)).toMatchObject({ email: person.user.email, first_name: 'Renamed' })
  })

  test('outweighs the email that the client claims at a later sign-in', async () => {
    const person = await signIn('user_told')
    await deliver(updated('user_told', { email: 'told@example.com' }))
    await sync('user_told', { email: 'claimed@example.com' })
    expect((await readRow(person)).email).toBe('told@example.com')
  })

  test('of somebody unknown makes nobody; so does an id that differs in case only', async () => {
    const person = await signIn('user_cased')
    for (const id of ['user_never_seen', 'USER_CASED']) {
      expect((await deliver(updated(id, { first_name: 'Nobody' }))).status).toBe(200)
    }
    expect(await db.$count(users, eq(users.clerk_user_id, 'user_never_seen'))).toBe(0)
    expect((await readRow(person)).first_name).toBe(person.user.first_name)
  })

  test('of another form is 400 and is not remembered', async () => {
    const { data } = updated('user_formed', {})
    for (const wrong of [
      { id: 7 },
      { ...data, id: 'üser' },
      { ...data, id: '' },
      { ...data, updated_at: 1e15 },
    ]) {
      const answer = await deliver({ type: 'user.updated', data: wrong }, { id: 'msg_form' })
      expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    }
    expect(refusalOf(await deliver(deleted('üser'), { id: 'msg_form' }))).toEqual([400, 'validation_failed'])
    expect(await db.$count(webhook_messages, eq(webhook_messages.message_id, 'msg_form'))).toBe(0)
  })
})

describe('user.deleted', () => {
  test('forgets who they were, ends their sign-ins, and keeps the Clerk id', async () => {
    const person = await signIn()
    await api('PUT', '/api/auth/me', {
      as: person,
      body: { phone: '555', address_line1: '1 Main St', zip_code: '1' },
    })
    expect((await deliver(deleted(person.user.clerk_user_id))).status).toBe(200)
    expect(await readRow(person)).toMatchObject({
      clerk_user_id: person.user.clerk_user_id,
      status: 'deleted',
      email: `deleted-${person.user.id}@deleted.invalid`,
      first_name: null,
      last_name: null,
      phone: null,
      address_line1: null,
      zip_code: null,
    })
    expect((await api('POST', '/api/auth/refresh', { token: person.refresh_token })).status).toBe(401)
    expect((await api('GET', '/api/auth/me', { as: person })).status).toBe(401)
  })

  test('is for good: the same Clerk id cannot sign in again, and the email is free for another', async () => {
    const person = await signIn('user_gone')
    await deliver(deleted('user_gone'))
    expect(refusalOf(await sync('user_gone'))).toEqual([403, 'forbidden'])
    expect((await sync('user_next', { email: person.user.email })).status).toBe(200)
    await deliver(updated('user_gone', { first_name: 'Back' }))
    expect(await readRow(person)).toMatchObject({ status: 'deleted', first_name: null })
  })

  test('counts as suspension in the rooms that they entered', async () => {
    const person = await signIn()
    const { people } = contextAt(0)
    expect(await people.enterRoom(person.user.id, 1)).toEqual({ suspended: false, revision: 0 })
    await deliver(deleted(person.user.clerk_user_id))
    expect(await people.enterRoom(person.user.id, 2)).toEqual({ suspended: true, revision: 1 })
    expect((await readRow(person)).next_attempt_at).toBeNull()
  })

  test('of somebody unknown is taken and changes nothing', async () => {
    expect((await deliver(deleted('user_never_seen'))).status).toBe(200)
  })
})

describe('each message', () => {
  test('counts once: delivered again it is 200 and changes nothing', async () => {
    const person = await signIn()
    const id = person.user.clerk_user_id
    await deliver(updated(id, { first_name: 'Once', updated_at: 1_000 }), { id: 'msg_once' })
    const again = await deliver(updated(id, { first_name: 'Twice', updated_at: 2_000 }), { id: 'msg_once' })
    expect(again.status).toBe(200)
    expect((await readRow(person)).first_name).toBe('Once')
  })

  test('counts once when five deliveries come at the same time', async () => {
    const person = await signIn()
    const event = deleted(person.user.clerk_user_id)
    const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(event, { id: 'msg_parallel' })))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
    expect((await readRow(person)).standing_revision).toBe(1)
  })

  test('that failed half-way is taken when it comes again', async () => {
    const person = await signIn()
    const event = updated(person.user.clerk_user_id, { first_name: 'Second try' })
    await withFault({ mode: 'refuse', matching: '^update `users`' }, async () => {
      expect(refusalOf(await deliver(event, { id: 'msg_failed' }))).toEqual([503, 'unavailable'])
    })
    expect((await readRow(person)).first_name).toBe(person.user.first_name)
    expect((await deliver(event, { id: 'msg_failed' })).status).toBe(200)
    expect((await readRow(person)).first_name).toBe('Second try')
  })

  test('whose COMMIT was done but its answer lost counts once all the same', async () => {
    const person = await signIn()
    const event = deleted(person.user.clerk_user_id)
    await withFault({ mode: 'lose-answer', matching: '^commit', times: 1 }, async () => {
      expect((await deliver(event, { id: 'msg_lost' })).status).toBe(200)
    })
    expect(await readRow(person)).toMatchObject({ status: 'deleted', standing_revision: 1 })
  })

  test('of another kind is taken and forgotten', async () => {
    for (const type of ['user.created', 'session.created']) {
      expect((await deliver({ type, data: { id: 'x' } }, { id: `msg_${type}` })).status).toBe(200)
    }
    expect(await db.$count(webhook_messages, eq(webhook_messages.message_id, 'msg_user.created'))).toBe(0)
  })
})
