import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { refresh_families, users, webhook_messages } from '../../src/db/schema/users.ts'
import type { People } from '../../src/users/live/people.ts'
import { startFamily } from '../../src/users/sessions.ts'
import { restoreUser, suspendUser, sweepUsers } from '../../src/users/standing.ts'
import { armRoom, dollars, exact, mustBid, placeBid } from '../room/stand.ts'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { type Person, signIn } from '../support/people.ts'
import { contextAt, refusalOf, sync } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const NOW = Date.now()
const DAY_MS = 24 * 60 * 60 * 1000
const ctx = contextAt(NOW)
const { db, people } = ctx

const readRow = async (person: Person) => {
  const [row] = await db.select().from(users).where(eq(users.id, person.user.id))
  if (!row) throw new Error('There is no such user')
  return row
}
/** Asked as a room that was never there before would ask. */
let lastRoom = 0
const standingOf = (person: Person) => people.enterRoom(person.user.id, ++lastRoom)

/** A way to people's objects that is closed. */
const unreachable: People = {
  enterRoom: () => Promise.reject(new Error('away')),
  standing: () => Promise.reject(new Error('away')),
  suspend: () => Promise.reject(new Error('away')),
  restore: () => Promise.reject(new Error('away')),
  hold: () => Promise.reject(new Error('away')),
  reportHold: () => Promise.reject(new Error('away')),
  refreshAccount: () => Promise.reject(new Error('away')),
  buyingPower: () => Promise.reject(new Error('away')),
}

describe('a suspended person', () => {
  test('cannot sign in (403 with the reason for it), nor refresh any sign-in that they had', async () => {
    const [phone, laptop] = [await signIn('user_suspended'), await signIn('user_suspended')]
    expect(await suspendUser(ctx, phone.user.id, 'unpaid')).toBe(true)
    const answer = await sync('user_suspended')
    expect(refusalOf(answer)).toEqual([403, 'forbidden'])
    expect(answer.at('error')).toBe('This account is suspended')
    for (const { refresh_token } of [phone, laptop]) {
      expect(refusalOf(await api('POST', '/api/auth/refresh', { token: refresh_token }))).toEqual([
        401,
        'unauthenticated',
      ])
    }
  })

  test('gets no tokens even from a sign-in that was not ended', async () => {
    const person = await signIn()
    await db.update(users).set({ status: 'suspended' }).where(eq(users.id, person.user.id))
    const answer = await api('POST', '/api/auth/refresh', { token: person.refresh_token })
    expect(refusalOf(answer)).toEqual([403, 'forbidden'])
    expect(answer.at('access_token')).toBeUndefined()
  })

  test('may not bid, sees that, and cannot change their profile', async () => {
    const person = await signIn()
    await suspendUser(ctx, person.user.id, 'unpaid')
    const me = await api('GET', '/api/auth/me', { as: person })
    expect([me.at('status'), me.at('can_bid')]).toEqual(['suspended', false])
    const change = await api('PUT', '/api/auth/me', { as: person, body: { first_name: 'Changed' } })
    expect(refusalOf(change)).toEqual([403, 'forbidden'])
    expect((await readRow(person)).first_name).toBe(person.user.first_name)
  })

  test('R18: is suspended for every room that asks from then on, and no longer once restored', async () => {
    const person = await signIn('user_restored')
    expect(await standingOf(person)).toEqual({ suspended: false, revision: 0 })
    await suspendUser(ctx, person.user.id, 'unpaid')
    expect(await standingOf(person)).toEqual({ suspended: true, revision: 1 })
    await restoreUser(ctx, person.user.id)
    expect(await standingOf(person)).toEqual({ suspended: false, revision: 2 })
    expect((await sync('user_restored')).status).toBe(200)
  })

  test('who signs in at the same moment has no sign-in left either way', async () => {
    const person = await signIn('user_moment')
    await withFault({ mode: 'delay', matching: '^insert into `refresh_families`', delayMs: 200 }, () =>
      Promise.all([sync('user_moment'), sync('user_moment'), suspendUser(ctx, person.user.id, 'unpaid')]),
    )
    const families = await db
      .select()
      .from(refresh_families)
      .where(eq(refresh_families.user_id, person.user.id))
    expect(families.filter(({ revoked_at }) => revoked_at === null)).toEqual([])
  })
})

test('R18: suspending one who leads voids their bids; restored they may bid again, their bids stay voided', async () => {
  const [leader, other] = [await signIn(), await signIn()]
  const { room } = await armRoom()
  await mustBid(room, other.user.id, exact(1_000))
  await mustBid(room, leader.user.id, exact(2_000))
  const leaderAlias = (await room.view(null))?.view.highBidder

  await suspendUser(ctx, leader.user.id, 'unpaid')
  const voided = await waitFor(async () => {
    const auction = await room.view(null)
    return auction?.view.highBidder === leaderAlias ? null : auction
  })
  expect(voided.view).toMatchObject({ currentBid: dollars(1_000), bidCount: 1 })
  const again = await placeBid(room, leader.user.id, exact(3_000))
  expect(again).toMatchObject({ ok: false, code: 'not_eligible' })

  await restoreUser(ctx, leader.user.id)
  await waitFor(async () => (await placeBid(room, leader.user.id, exact(3_000))).ok)
  expect((await room.view(null))?.view).toMatchObject({ highBidder: leaderAlias, bidCount: 2 })
})

test('suspending and restoring may be repeated: nothing but the first time counts', async () => {
  const person = await signIn()
  for (let time = 0; time < 2; time++) expect(await suspendUser(ctx, person.user.id, 'unpaid')).toBe(true)
  expect(await readRow(person)).toMatchObject({
    status: 'suspended',
    status_reason: 'unpaid',
    standing_revision: 1,
  })
  for (let time = 0; time < 2; time++) expect(await restoreUser(ctx, person.user.id)).toBe(true)
  expect(await readRow(person)).toMatchObject({ status: 'active', status_reason: null, standing_revision: 2 })
})

test('nobody there is not_found; one who was deleted is wrong_status', async () => {
  const person = await signIn()
  await db.update(users).set({ status: 'deleted' }).where(eq(users.id, person.user.id))
  for (const act of [(id: number) => suspendUser(ctx, id, 'unpaid'), (id: number) => restoreUser(ctx, id)]) {
    await expect(act(999_999_999)).rejects.toMatchObject({ code: 'not_found' })
    await expect(act(person.user.id)).rejects.toMatchObject({ code: 'wrong_status' })
  }
})

describe('where the person’s object cannot be told', () => {
  test('the suspension stands in MySQL, and the sweeper tells the object when it is due', async () => {
    const person = await signIn()
    expect(await suspendUser({ ...ctx, people: unreachable }, person.user.id, 'unpaid')).toBe(false)
    expect((await standingOf(person)).suspended).toBe(false)
    expect((await readRow(person)).next_attempt_at).toEqual(new Date(NOW))

    await sweepUsers({ ...ctx, people: unreachable })
    expect((await readRow(person)).next_attempt_at).toEqual(new Date(NOW + 60_000))
    await sweepUsers({ ...ctx, now: NOW + 59_999 })
    expect((await standingOf(person)).suspended).toBe(false)

    await sweepUsers({ ...ctx, now: NOW + 60_000 })
    expect(await standingOf(person)).toEqual({ suspended: true, revision: 1 })
    expect((await readRow(person)).next_attempt_at).toBeNull()
  })

  test('an older change that arrives later than a newer one changes nothing', async () => {
    const person = await signIn()
    await suspendUser({ ...ctx, people: unreachable }, person.user.id, 'unpaid')
    await restoreUser(ctx, person.user.id)
    await people.suspend(person.user.id, 'unpaid', 1)
    expect(await standingOf(person)).toEqual({ suspended: false, revision: 2 })
  })
})

test('the sweeper forgets sign-ins a day after their end, and messages after a month', async () => {
  const person = await signIn()
  const [old, recent] = [crypto.randomUUID(), crypto.randomUUID()]
  await db.transaction(async (tx) => {
    await startFamily(tx, old, person.user.id, NOW - 3 * DAY_MS)
    await startFamily(tx, recent, person.user.id, NOW - DAY_MS)
    await tx.insert(webhook_messages).values([
      { provider: 'clerk', message_id: 'old', received_at: new Date(NOW - 31 * DAY_MS) },
      { provider: 'clerk', message_id: 'recent', received_at: new Date(NOW - 29 * DAY_MS) },
    ])
  })
  await sweepUsers(ctx)
  const families = await db
    .select()
    .from(refresh_families)
    .where(eq(refresh_families.user_id, person.user.id))
  expect(families.map(({ id }) => id)).toContain(recent)
  expect(families.map(({ id }) => id)).not.toContain(old)
  const messages = await db.select().from(webhook_messages)
  expect(messages.map(({ message_id }) => message_id)).toEqual(['recent'])
})
